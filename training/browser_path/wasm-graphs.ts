/** The bundle's graphs on ONNX Runtime's wasm, as the page would choose them there. */
import * as ort from 'onnxruntime-web/wasm';
import ortModule from '../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.mjs?url';
import ortWasm from '../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm?url';
import type { Graph, PlainTensor } from '../../src/runtime/graph';
import { choose, planGraphs, type GraphPlan } from '../../src/runtime/graph-plan';
import type { FaceGraphName, GraphRole, Manifest } from '../../src/runtime/manifest';

class WasmGraph implements Graph {
  constructor(private readonly session: ort.InferenceSession) {}

  async run(inputs: Readonly<Record<string, PlainTensor>>): Promise<Readonly<Record<string, PlainTensor>>> {
    const feeds = Object.entries(inputs).map(
      ([name, { type, data, dims }]) => [name, new ort.Tensor(type, data, dims)] as const,
    );
    const outputs = await this.session.run(Object.fromEntries(feeds));
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data, dims }]) => [
        name,
        { type: 'float32', dims, data: Float32Array.from(data as Float32Array) } as const,
      ]),
    );
  }

  close(): Promise<void> {
    return this.session.release();
  }
}

const WASM = { name: 'wasm', shaderF16: false } as const;

export class WasmBundle {
  private constructor(
    private readonly url: string,
    readonly manifest: Manifest,
    readonly plan: GraphPlan,
  ) {}

  /** @param faceGraph instead of the one that the manifest names for wasm */
  static async open(url: string, faceGraph?: FaceGraphName): Promise<WasmBundle> {
    const manifest = (await (await get(`${url}manifest.json`)).json()) as Manifest;
    const face = faceGraph ? { ...manifest.face, graphs: { wasm: faceGraph } } : manifest.face;
    const plan = planGraphs({ ...manifest, face }, WASM);
    return new WasmBundle(url, manifest, plan);
  }

  graph(role: GraphRole): Promise<Graph> {
    return openGraph(this.url + this.plan[role].file.path);
  }

  /** The first graph of a voice that is in two. */
  async frames(): Promise<Graph | undefined> {
    const { frames } = this.plan;
    return frames && openGraph(this.url + frames.file.path);
  }

  /** The voice as one graph, as the trainer has it. */
  wholeVoice(): Promise<Graph> {
    return openGraph(this.url + choose(this.manifest, 'wav2vec2', WASM).file.path);
  }

  async json(path: string): Promise<unknown> {
    return (await get(this.url + path)).json();
  }

  /** What ran, for a report. */
  describe(role: GraphRole): string {
    const { name, precision, file } = this.plan[role];
    return `${name} ${precision} (${file.path}, sha256 ${file.sha256.slice(0, 12)})`;
  }
}

export async function openGraph(url: string): Promise<Graph> {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = { mjs: ortModule, wasm: ortWasm };
  // 3 = errors, as the page has it
  const options = { executionProviders: ['wasm'], logSeverityLevel: 3 } as const;
  return new WasmGraph(await ort.InferenceSession.create(await bytesOf(url), options));
}

export async function bytesOf(url: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await get(url)).arrayBuffer());
}

export async function get(url: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} is not there (${String(response.status)}).`);
  return response;
}

export function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const highest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
