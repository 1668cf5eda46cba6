/** The peers, each set up as its documentation says, on WebAssembly with one thread, without caches between frames. */

import { timed, type Contestant, type Urls } from './protocol';

/** As much of tfjs as both face peers bring along. */
interface Tensorflow {
  setWasmPaths?(folder: string): void;
  setThreadsCount?(threads: number): void;
  setBackend(name: string): Promise<boolean>;
  getBackend(): string;
  ready(): Promise<void>;
}

interface HumanModule {
  readonly default: new (config: object) => {
    readonly tf: Tensorflow;
    load(): Promise<void>;
    detect(input: ImageBitmap): Promise<{ face: { emotion?: { emotion: string; score: number }[] }[] }>;
  };
}

interface FaceApiModule {
  readonly tf: Tensorflow;
  readonly nets: Readonly<Record<string, { loadFromUri(uri: string): Promise<void> }>>;
  readonly TinyFaceDetectorOptions: new (options: object) => object;
  detectSingleFace(
    input: HTMLCanvasElement,
    options: object,
  ): { withFaceExpressions(): Promise<{ expressions: object } | undefined> };
}

interface TransformersModule {
  readonly env: {
    localModelPath: string;
    allowRemoteModels: boolean;
    allowLocalModels: boolean;
    backends: { onnx: { wasm?: { numThreads?: number; wasmPaths?: object } } };
  };
  readonly AutoModel: {
    from_pretrained(
      id: string,
      options: object,
    ): Promise<(inputs: object) => Promise<Record<string, { dims: number[] }>>>;
  };
  readonly Tensor: new (type: string, data: Float32Array, dims: number[]) => object;
}

/** @param name `human`, `face-api` or `transformers.js` */
export function makePeer(
  name: string,
  urls: Urls,
  frames: readonly ImageBitmap[],
  sound: Float32Array,
): Promise<Contestant> {
  if (name === 'human') return human(urls, frames);
  if (name === 'face-api') return faceApi(urls, frames);
  if (name === 'transformers.js') return transformers(urls, sound);
  throw new Error(`No peer is called "${name}".`);
}

/** Its detector and its emotion net; all else is off, and every frame is looked at anew. */
async function human({ peers }: Urls, frames: readonly ImageBitmap[]): Promise<Contestant> {
  const { default: Human } = await load<HumanModule>(`${peers}@vladmandic/human/dist/human.esm.js`);
  const fresh = { skipFrames: 0, skipTime: 0 };
  const off = { enabled: false };
  const instance = new Human({
    ...{ backend: 'wasm', wasmPath: tfjsWasm(peers), modelBasePath: `${peers}@vladmandic/human/models/` },
    ...{ cacheSensitivity: 0, debug: false, async: false, filter: off },
    face: {
      enabled: true,
      detector: { ...fresh, maxDetected: 1, rotation: false },
      emotion: { enabled: true, ...fresh },
      ...{ mesh: off, iris: off, attention: off, description: off, antispoof: off, liveness: off },
    },
    ...{ body: off, hand: off, object: off, gesture: off, segmentation: off },
  });
  instance.tf.setThreadsCount?.(1);
  await instance.load();
  let told = '';
  return {
    run: (index) =>
      timed(async () => {
        const { face } = await instance.detect(at(frames, index));
        told = `${face.length} face, ${face[0]?.emotion?.[0]?.emotion ?? 'none'}, ${instance.tf.getBackend()}`;
      }),
    answer: () => told,
  };
}

async function faceApi({ peers }: Urls, frames: readonly ImageBitmap[]): Promise<Contestant> {
  const api = await load<FaceApiModule>(`${peers}@vladmandic/face-api/dist/face-api.esm.js`);
  api.tf.setWasmPaths?.(tfjsWasm(peers));
  api.tf.setThreadsCount?.(1);
  await api.tf.setBackend('wasm');
  await api.tf.ready();
  const models = `${peers}@vladmandic/face-api/model/`;
  await api.nets['tinyFaceDetector']?.loadFromUri(models);
  await api.nets['faceExpressionNet']?.loadFromUri(models);
  const options = new api.TinyFaceDetectorOptions({ inputSize: 416, scoreThreshold: 0.3 });
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [640, 480];
  const context = canvas.getContext('2d');
  let told = '';
  return {
    run: (index) => {
      context?.drawImage(at(frames, index), 0, 0);
      return timed(async () => {
        const found = await api.detectSingleFace(canvas, options).withFaceExpressions();
        const [best = ['none', 0]] = Object.entries(found?.expressions ?? {}).toSorted(
          (a, b) => Number(b[1]) - Number(a[1]),
        );
        told = `${found ? 1 : 0} face, ${best[0]}, ${api.tf.getBackend()}`;
      });
    },
    answer: () => told,
  };
}

/** The bundle's own wav2vec2, opened as a model of that library: run.mjs lays it out as the library wants it. */
async function transformers({ peers }: Urls, sound: Float32Array): Promise<Contestant> {
  const library = (await import('@huggingface/transformers')) as unknown as TransformersModule;
  library.env.allowRemoteModels = false;
  library.env.allowLocalModels = true;
  library.env.localModelPath = `${peers}.models/`;
  const { wasm } = library.env.backends.onnx;
  const { default: wasmUrl } = await import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url');
  const { default: mjsUrl } = await import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url');
  if (wasm !== undefined) Object.assign(wasm, { numThreads: 1, wasmPaths: { wasm: wasmUrl, mjs: mjsUrl } });
  const model = await library.AutoModel.from_pretrained('wav2vec2', { dtype: 'fp32', device: 'wasm' });
  let told = '';
  return {
    run: (index) => {
      const data = Float32Array.from(
        { length: 61_520 },
        (_, i) => sound[(index * 8000 + i) % sound.length] ?? 0,
      );
      return timed(async () => {
        const answers = await model({ waveform: new library.Tensor('float32', data, [1, data.length]) });
        told = Object.entries(answers)
          .map(([key, { dims }]) => `${key} [${dims.join()}]`)
          .join(', ');
      });
    },
    answer: () => told,
  };
}

const tfjsWasm = (peers: string) => `${peers}@tensorflow/tfjs-backend-wasm/dist/`;

function at(frames: readonly ImageBitmap[], index: number): ImageBitmap {
  const frame = frames[index % frames.length];
  if (frame === undefined) throw new Error('There is no frame.');
  return frame;
}

/** From its own file, as a page would load it; Vite leaves the address alone. */
async function load<T>(url: string): Promise<T> {
  return (await import(/* @vite-ignore */ url)) as T;
}
