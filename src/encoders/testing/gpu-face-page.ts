/** A look on the GPU beside one on the CPU's crop, as a page's script: built by `tests/gpu-face.e2e.ts`. */
import type { Graph, GraphOnGpu } from '../../runtime/graph';
import type { Manifest } from '../../runtime/manifest';
import { OrtRuntime } from '../../runtime/ort-graph';
import type { OrtModule } from '../../runtime/ort-modules';
import { CanvasCropper } from '../face/crop';
import type { DetectedFace, Picture } from '../face/detector';
import { GpuCrop, LIGHT_BYTES } from '../face/gpu/gpu-crop';
import { GpuFace } from '../face/gpu';
import { readGpu } from '../face/gpu/read-gpu';
import { lightOf } from '../face/light';
import { frameOf, type CropCase, type FrameKind } from './crop-page';
import { testPicture } from './parity-signals';

type Face = Manifest['face'];

function detected({ box, leftEye, rightEye }: CropCase): DetectedFace {
  return { box, leftEye, rightEye, score: 1 };
}

const pictureOf = ({ width, height }: CropCase, kind: FrameKind): Promise<Picture> =>
  frameOf(testPicture(width, height), width, height, kind);

/** Normalised; the sums beside it, as the GPU has them and as they are. */
export interface BothCrops {
  readonly gpu: readonly number[];
  readonly canvas: readonly number[];
  readonly light: readonly number[];
  readonly canvasLight: { readonly brightness: number; readonly contrast: number };
  readonly errors: readonly string[];
}

let made: Promise<{ device: GPUDevice; crop: GpuCrop; errors: string[] }> | null = null;

async function make(face: Face) {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter?.requestDevice();
  if (!device) throw new Error('no adapter');
  const errors: string[] = [];
  device.addEventListener('uncapturederror', ({ error }) => errors.push(error.message));
  return { device, errors, crop: await GpuCrop.create(device, face) };
}

/** The crop alone. One after the other: all go through one buffer. */
export async function crops(asked: CropCase, kind: FrameKind, face: Face): Promise<BothCrops> {
  made ??= make(face);
  const { device, crop, errors } = await made;
  const frame = await pictureOf(asked, kind);
  const cropper = new CanvasCropper(face.sizePx);
  const grey = cropper.crop(frame, detected(asked));
  cropper.close();
  crop.submit(frame, detected(asked));
  frame.close();
  const read = (from: GPUBuffer, bytes: number) =>
    readGpu(device, bytes, (encoder, to) => encoder.copyBufferToBuffer(from, 0, to, 0, bytes));
  return {
    gpu: Array.from(await read(crop.faces, 4 * face.sizePx ** 2)),
    canvas: Array.from(grey, (value) => (value - face.mean) / face.std),
    light: Array.from(await read(crop.light, LIGHT_BYTES)),
    canvasLight: lightOf(grey),
    errors,
  };
}

export interface BothLooks {
  readonly croppedOn: string;
  readonly light: { readonly gpu: object; readonly cpu: object };
  readonly logits: { readonly gpu: readonly number[]; readonly cpu: readonly number[] };
  readonly features: { readonly gpu: readonly number[]; readonly cpu: readonly number[] };
  /** MEmoBERT's input of two rows, the first with the face, the second without. */
  readonly input: readonly number[];
  readonly milliseconds: Readonly<Record<string, number>>;
  readonly errors: readonly string[];
}

/** Through DenseFace: a look on the GPU, and the same graph by a tensor of the CPU. */
export async function looks(
  asked: CropCase,
  kind: FrameKind,
  face: Face,
  at: { readonly model: string; readonly wasm: string; readonly ort: string },
): Promise<BothLooks> {
  const milliseconds: Record<string, number> = {};
  const timed = async <T>(name: string, work: Promise<T>): Promise<T> => {
    const began = performance.now();
    const answer = await work;
    milliseconds[name] = Math.round(performance.now() - began);
    return answer;
  };
  // as it is published: to bundle it here takes minutes
  const ort = (await import(/* @vite-ignore */ at.ort)) as OrtModule;
  ort.env.wasm.wasmPaths = { wasm: at.wasm };
  ort.env.wasm.numThreads = 1;
  const bytes = new Uint8Array(await (await fetch(at.model)).arrayBuffer());
  const graph = await timed('create', new OrtRuntime(ort).create('denseface', bytes, 'webgpu', true));
  const errors: string[] = [];
  const { device } = graph.gpu as GraphOnGpu;
  device.addEventListener('uncapturederror', ({ error }) => errors.push(error.message));
  const frame = await pictureOf(asked, kind);
  const cropper = new CanvasCropper(face.sizePx);
  const gpu = await timed('crop compiled and checked', GpuFace.create(graph, face, cropper));
  if (gpu === null) throw new Error('the graph is not on the GPU');
  const { feature, logits, light, croppedOn } = await timed('first look', gpu.look(frame, detected(asked)));
  const grey = cropper.crop(frame, detected(asked));
  const cpu = await timed('run by a tensor of the CPU', byTensor(graph, grey, face));
  const input = feature.store.input([[feature.id], []], face.maxFrames);
  const inputBytes = 4 * input.dims.reduce((product, dim) => product * dim, 1);
  const filled = await readGpu(device, inputBytes, (encoder, to) =>
    encoder.copyBufferToBuffer(input.fill(), 0, to, 0, inputBytes),
  );
  const answer = {
    ...{ croppedOn, milliseconds, errors },
    light: { gpu: light, cpu: lightOf(grey) },
    logits: { gpu: Array.from(logits), cpu: cpu.logits },
    features: { gpu: Array.from(await feature.store.read([feature.id])), cpu: cpu.features },
    input: Array.from(filled),
  };
  frame.close();
  gpu.close();
  cropper.close();
  await graph.close();
  return answer;
}

async function byTensor(graph: Graph, grey: Float32Array, { sizePx, mean, std }: Face) {
  const data = grey.map((value) => (value - mean) / std);
  const { features, logits } = await graph.run({
    faces: { type: 'float32', dims: [1, 1, sizePx, sizePx], data },
  });
  return {
    features: Array.from(features?.data ?? [], Number),
    logits: Array.from(logits?.data ?? [], Number),
  };
}
