/** Our own stages and whole updates, by the very code that the page runs. */

import { FaceEncoder, SpeechGate, VoiceEncoder, WordPieces } from '../../src/encoders';
import { Fusion, type EvidenceWindow } from '../../src/memobert';
import type { Graph } from '../../src/runtime/graph';
import { planGraphs } from '../../src/runtime/graph-plan';
import { withoutOutputs } from '../../src/runtime/lean-graph';
import type { BundleFile, Manifest } from '../../src/runtime/manifest';
import { BACKENDS } from '../../src/runtime/backends';
import type { Backend } from '../../src/memobert/estimate';
import { checkManifest } from '../../src/runtime/manifest-check';
import { EngineFiles, ortWasm } from '../../src/runtime/engine-files';
import { DETECTOR_MODEL, DETECTOR_WASM } from '../../src/runtime/engine-files-for';
import { OrtRuntime } from '../../src/runtime/ort-graph';
import { loadOrt } from '../../src/runtime/ort-modules';
import { filesOf, fill, MATMUL, type TimedGraph } from '../graphs.mjs';
import { timed, type Contestant, type Urls } from './protocol';

export interface Material {
  readonly urls: Urls;
  readonly backend: Backend;
  readonly threads: number;
  readonly frames: readonly ImageBitmap[];
  /** 16 kHz mono. */
  readonly sound: Float32Array;
}

interface Opening {
  /** An output that the page does without, and so without what it takes to compute it. */
  readonly unasked?: readonly string[];
  readonly provider?: Backend;
  readonly onGpu?: boolean;
}

/** Two updates a second. */
const VOICE_STEP = 8000;

export class Ours {
  private constructor(
    private readonly material: Material,
    private readonly manifest: Manifest,
    private readonly runtime: OrtRuntime,
    private readonly engine: EngineFiles,
  ) {}

  static async create(material: Material): Promise<Ours> {
    const { backend, threads } = material;
    // as `auto` would: a software adapter is none
    if (backend === 'webgpu') await expectAdapter();
    const json: unknown = await (await get(`${material.urls.bundle}manifest.json`)).json();
    const engine = new EngineFiles(material.urls.assetBase);
    const runtime = new OrtRuntime(await loadOrt(backend, threads, await engine.one(ortWasm(backend))));
    return new Ours(material, checkManifest(json), runtime, engine);
  }

  make(name: string): Promise<Contestant> {
    const { manifest } = this;
    const plan = this.#plan();
    if (name === 'face update') return this.#face(plan.face.file.path);
    if (name === 'face update, denseface') return this.#face(manifest.graphs.denseface.fp32?.path ?? '');
    if (name === 'voice update, whole') return this.#voice(manifest.graphs.wav2vec2.int8 ?? null);
    if (name === 'voice update, whole, fp32') return this.#voice(manifest.graphs.wav2vec2.fp32 ?? null);
    if (name === 'voice update, streamed') return this.#voice('streamed');
    if (name === 'fusion update, all rows') return this.#fusion(true);
    if (name === 'fusion update') return this.#fusion(false);
    if (name === 'matmul')
      return this.#graph(`${new URL('../matmul512.onnx', import.meta.url).href}`, MATMUL);
    const file = filesOf(manifest).find(({ title }) => name === `graph ${title}`);
    if (file !== undefined) return this.#graph(this.material.urls.bundle + file.path, file);
    throw new Error(`The bundle has no "${name}".`);
  }

  #plan() {
    return planGraphs(this.manifest, { name: this.material.backend, shaderF16: false });
  }

  async #open(
    url: string,
    { unasked, provider = this.material.backend, onGpu = false }: Opening = {},
  ): Promise<Graph> {
    const bytes = new Uint8Array(await (await get(url)).arrayBuffer());
    const lean = unasked === undefined ? null : withoutOutputs(bytes, unasked);
    return this.runtime.create(url, lean ?? bytes, provider, onGpu);
  }

  async #graph(url: string, { inputs, outputs }: TimedGraph): Promise<Contestant> {
    const graph = await this.#open(url);
    const feeds = Object.fromEntries(Object.entries(inputs).map(([key, input]) => [key, fill(input)]));
    return { run: () => timed(() => graph.run(feeds, outputs)), answer: () => '' };
  }

  async #face(path: string): Promise<Contestant> {
    const graph = await this.#open(this.material.urls.bundle + path, { onGpu: true });
    const { face } = this.manifest;
    const { assetBase } = this.material.urls;
    const detector = {
      wasm: await this.engine.one(DETECTOR_WASM),
      model: await this.engine.one(DETECTOR_MODEL),
    };
    const encoder = await FaceEncoder.create({ assetBase, graph, face, detector });
    const { frames } = this.material;
    let told = '';
    return {
      run: (index) =>
        timed(async () => {
          const frame = frames[index % frames.length];
          if (frame === undefined) return;
          const { answer } = await encoder.encode(frame, index / 10);
          const expression = answer.faces.find(({ followed }) => followed)?.expression ?? [];
          const best = face.classes[expression.indexOf(Math.max(...expression))] ?? 'none';
          told = `${answer.faces.length} face, ${best}`;
        }),
      answer: () => told,
    };
  }

  /** @param whole a file of the one graph, or both halves */
  async #voice(whole: BundleFile | 'streamed' | null): Promise<Contestant> {
    const { manifest, material } = this;
    const { bundle, assetBase } = material.urls;
    const plan = this.#plan();
    const streamed = whole === 'streamed';
    if (streamed && plan.frames === undefined) throw new Error('The bundle has its voice in one graph.');
    const file = streamed ? plan.voice.file : whole;
    if (file === null) throw new Error('The bundle has no such file of its voice.');
    const encoder = VoiceEncoder.create({
      graph: await this.#open(bundle + file.path),
      frames: streamed && plan.frames ? await this.#open(bundle + plan.frames.file.path) : undefined,
      shapes: BACKENDS[material.backend].shapes,
      gate: SpeechGate.create(await this.#open(`${assetBase}silero_vad.onnx`, { provider: 'wasm' })),
      voice: manifest.voice,
    });
    let tokens = 0;
    return {
      run: async (index) => {
        encoder.push(this.#soundAt(index), 16_000, index / 2);
        return timed(async () => {
          ({ tokens } = await encoder.encode((index + 1) / 2));
        });
      },
      answer: () => `${tokens} tokens`,
    };
  }

  /** Half a second of the lines, over and over. */
  #soundAt(index: number): Float32Array {
    const { sound } = this.material;
    return Float32Array.from(
      { length: VOICE_STEP },
      (_, at) => sound[(index * VOICE_STEP + at) % sound.length] ?? 0,
    );
  }

  /** @param forget asks all seven rows each time, as if all evidence were new */
  async #fusion(forget: boolean): Promise<Contestant> {
    const { manifest, material } = this;
    const { bundle } = material.urls;
    const [tokenizer, config] = await Promise.all(
      [manifest.text.tokenizer, manifest.text.tokenizerConfig].map(async ({ path }): Promise<unknown> =>
        (await get(bundle + path)).json(),
      ),
    );
    const wordPieces = WordPieces.create(tokenizer, config);
    const graph = await this.#open(bundle + this.#plan().fusion.file.path, {
      unasked: ['hidden', 'filled_words'],
    });
    const { shapes } = BACKENDS[material.backend];
    const first = Fusion.create({ graph, wordPieces, manifest, shapes });
    let told = '';
    return {
      run: async (index) => {
        const fusion = forget ? first.fork() : first;
        const window = this.#evidence(index);
        return timed(async () => {
          const answer = await fusion.estimate(window);
          told = answer?.words[0]?.word ?? '';
        });
      },
      answer: () => told,
    };
  }

  /** Faces are new each time, the voice every second time (two and one a second), the words once in four seconds. */
  #evidence(index: number): EvidenceWindow {
    const { face, voice } = this.manifest;
    const noise = (length: number, seed: number) =>
      Float32Array.from({ length }, (_, at) => 0.5 * Math.abs(Math.sin((at + 1) * (seed + 1.3))));
    return {
      text: `well i did not think that it would work ${'again '.repeat(Math.floor(index / 8) % 3)}`,
      face: { data: noise(face.maxFrames * face.featureSize, index), count: face.maxFrames },
      voice: {
        data: noise(voice.maxTokens * voice.featureSize, Math.floor(index / 2)),
        count: voice.maxTokens,
      },
    };
  }
}

async function expectAdapter(): Promise<void> {
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) throw new Error('This browser has no adapter of WebGPU.');
  const { vendor, architecture, isFallbackAdapter } = adapter.info;
  if (isFallbackAdapter || architecture === 'swiftshader')
    throw new Error(`The adapter is software (${vendor} ${architecture}).`);
}

async function get(url: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} is not there (${String(response.status)}).`);
  return response;
}
