/** Runs `src/encoders/face` as the inference worker does, with DenseFace on ONNX Runtime's wasm. */
import * as ort from 'onnxruntime-web/wasm';
import ortModule from '../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.mjs?url';
import ortWasm from '../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm?url';
import { CanvasCropper } from '../../src/encoders/face/crop';
import { MediaPipeDetector, sizeOf, type DetectedFace } from '../../src/encoders/face/detector';
import { FaceEncoder } from '../../src/encoders/face/face-encoder';
import { FaceFinder } from '../../src/encoders/face/finder';
import { FERPLUS_FRAMING, TRAINING_PX } from '../../src/encoders/face/framing';
import { enlarge, greyAverage } from '../../src/encoders/face/grey';
import type { Graph, PlainTensor } from '../../src/runtime/graph';
import type { Manifest } from '../../src/runtime/manifest';
import type { FromHarness, Mode, PictureAnswer, Setup, ToHarness } from './harness-protocol';

/** Frames a second that the page looks at. */
const FRAMES = 10;

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

class Harness {
  private constructor(
    private readonly face: Manifest['face'],
    private readonly graph: Graph,
    private readonly encoder: FaceEncoder,
    private readonly detector: MediaPipeDetector,
  ) {}

  static async create({ bundleUrl, assetBase }: Setup): Promise<Harness> {
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = { mjs: ortModule, wasm: ortWasm };
    const { face, graphs } = (await (await get(`${bundleUrl}manifest.json`)).json()) as Manifest;
    const file = graphs.denseface.fp32 ?? graphs.denseface.fp16;
    if (!file) throw new Error('The manifest names no file of denseface.');
    const weights = await (await get(bundleUrl + file.path)).arrayBuffer();
    const session = await ort.InferenceSession.create(weights, { executionProviders: ['wasm'] });
    const graph = new WasmGraph(session);
    const encoder = await FaceEncoder.create({ assetBase, graph, face });
    return new Harness(face, graph, encoder, await MediaPipeDetector.create(assetBase));
  }

  get classes(): readonly string[] {
    return this.face.classes;
  }

  async answer(url: string, mode: Mode): Promise<PictureAnswer> {
    const bitmap = await createImageBitmap(await (await get(url)).blob());
    // What a camera gives; the picture's own bitmap would skip a conversion.
    const frame = new VideoFrame(bitmap, { timestamp: 0 });
    try {
      if (mode.kind === 'path') return await this.path(frame);
      if (mode.kind === 'whole') return await this.whole(bitmap);
      return await this.framings(frame, mode);
    } finally {
      frame.close();
      bitmap.close();
    }
  }

  private async path(frame: VideoFrame): Promise<PictureAnswer> {
    this.encoder.reset();
    let { answer } = await this.encoder.encode(frame, 0);
    // A still face before the camera: the finder gets as many frames as it has in a second.
    for (let tries = 1; answer.faces.length === 0 && tries < FRAMES; tries++) {
      ({ answer } = await this.encoder.encode(frame, tries / FRAMES));
    }
    const expression = answer.faces.find(({ followed }) => followed)?.expression;
    return {
      face: null,
      count: answer.faces.length,
      probabilities: expression ? [expression] : [],
      latencyMs: answer.latency,
    };
  }

  private async whole(bitmap: ImageBitmap): Promise<PictureAnswer> {
    const step = Math.max(1, Math.round(bitmap.width / TRAINING_PX));
    const side = step * TRAINING_PX;
    const context = new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('No 2d canvas in this worker.');
    context.drawImage(bitmap, 0, 0, side, side);
    const grey = greyAverage(context.getImageData(0, 0, side, side).data, TRAINING_PX, step);
    const probabilities = await this.expression(enlarge(grey, TRAINING_PX, this.face.sizePx));
    return { face: null, count: 1, probabilities: [probabilities], latencyMs: {} };
  }

  private async framings(
    frame: VideoFrame,
    mode: Extract<Mode, { kind: 'framings' }>,
  ): Promise<PictureAnswer> {
    const finder = new FaceFinder(this.detector);
    const size = sizeOf(frame);
    let faces = finder.find(frame, size, null);
    for (let tries = 1; faces.length === 0 && tries < FRAMES; tries++) faces = finder.find(frame, size, null);
    const area = ({ box }: DetectedFace) => box.width * box.height;
    const [coarse] = [...faces].sort((a, b) => area(b) - area(a));
    if (!coarse) return { face: null, count: 0, probabilities: [], latencyMs: {} };
    const face = finder.refine(frame, coarse);
    const probabilities = [];
    for (const framing of mode.framings) {
      const cropper = new CanvasCropper(this.face.sizePx, { ...FERPLUS_FRAMING, ...framing });
      probabilities.push(await this.expression(cropper.crop(frame, face)));
      cropper.close();
    }
    return { face, count: faces.length, probabilities, latencyMs: {} };
  }

  private async expression(grey: Float32Array): Promise<number[]> {
    const { sizePx, mean, std } = this.face;
    const data = grey.map((value) => (value - mean) / std);
    const { logits } = await this.graph.run({
      faces: { type: 'float32', dims: [1, 1, sizePx, sizePx], data },
    });
    const powers = Array.from((logits?.data ?? []) as Float32Array, Math.exp);
    const sum = powers.reduce((total, power) => total + power, 0);
    return powers.map((power) => power / sum);
  }
}

async function get(url: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} is not there (${String(response.status)}).`);
  return response;
}

let harness: Harness | null = null;

async function answer(message: ToHarness): Promise<PictureAnswer | { classes: readonly string[] }> {
  if ('setup' in message) {
    harness = await Harness.create(message.setup);
    return { classes: harness.classes };
  }
  if (!harness) throw new Error('Set up first.');
  return harness.answer(message.url, message.mode);
}

self.onmessage = ({ data }: MessageEvent<ToHarness>) => {
  answer(data).then(
    (value) => {
      self.postMessage({ id: data.id, ok: true, value } satisfies FromHarness);
    },
    (error: unknown) => {
      const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
      self.postMessage({ id: data.id, ok: false, message: String(error) + cause } satisfies FromHarness);
    },
  );
};
