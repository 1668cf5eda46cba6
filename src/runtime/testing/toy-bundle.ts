/** A whole bundle of a few kilobytes, served by a fetch of its own: graphs are a byte each, a {@link toyMaker} gives them their answers. */

import { MemoError } from '../../errors';
import type { Backend } from '../../memobert/estimate';
import { ENGINE_FILES, type EngineFileList, type EngineFileName } from '../engine-files';
import { sha256 } from '../integrity';
import { gpuLost } from '../gpu-loss';
import type { Graph, PlainTensor } from '../graph';
import type { BundleFile, GraphName, Manifest } from '../manifest';
import type { GraphMaker } from '../models';
import { plainInputs } from './plain-inputs';

const PIECES = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'i', 'am', '.', 'happy', 'sad', 'hello'];
const SPECIAL = PIECES.slice(0, 5);

export const BASE = 'https://page.test/models/toy/';
export const MANIFEST_URL = `${BASE}manifest.json`;
export const ASSET_BASE = 'https://page.test/generated/';

const encode = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));

const tokenizer = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: SPECIAL.map((content, id) => ({
    ...{ id, content, special: true },
    ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
  })),
  normalizer: { type: 'BertNormalizer', lowercase: true },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: null,
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(PIECES.map((piece, id) => [piece, id])),
  },
};

const tensor = (dims: readonly number[], data: readonly number[]) => ({ type: 'float32', dims, data });
const ids = (dims: readonly number[], data: readonly number[]) => ({ type: 'int32', dims, data });

/** Every toy graph answers with its last axis counting 0, 1, 2..., the light one 0, 2, 4...: neither passes for the other. */
const golden = {
  denseface: {
    inputs: { faces: tensor([1, 1, 2, 2], [0, 0, 0, 0]) },
    outputs: { features: tensor([1, 3], [0, 1]), logits: tensor([1, 2], [0, 1]) },
  },
  'denseface-light': {
    inputs: { faces: tensor([1, 1, 2, 2], [0, 0, 0, 0]) },
    outputs: { features: tensor([1, 3], [0, 2]), logits: tensor([1, 2], [0, 2]) },
  },
  wav2vec2: {
    inputs: { waveform: tensor([1, 8], [0, 0, 0, 0, 0, 0, 0, 0]) },
    outputs: { features: tensor([1, 4, 2], [0, 1, 0, 1]) },
  },
  'wav2vec2-features': {
    inputs: { waveform: tensor([1, 8], [0, 0, 0, 0, 0, 0, 0, 0]) },
    outputs: { frames: tensor([1, 12, 2], [0, 1, 0, 1]) },
  },
  'wav2vec2-context': {
    inputs: { frames: tensor([1, 3, 2], [0, 0, 0, 0, 0, 0]) },
    outputs: { features: tensor([1, 4, 2], [0, 1, 0, 1]) },
  },
  memobert: {
    inputs: {
      input_ids: ids([1, 2], [2, 4]),
      face_features: tensor([1, 1, 3], [0, 0, 0]),
      voice_features: tensor([1, 1, 2], [0, 0]),
      attention_mask: ids([1, 4], [1, 1, 0, 0]),
      mask_position: ids([1], [1]),
    },
    outputs: { mask_logits: tensor([1, PIECES.length], [...PIECES.keys()]) },
  },
  'memobert-heads': {
    inputs: { hidden: tensor([1, 2], [0, 0]) },
    outputs: {
      face_features: tensor([1, 3], [0, 1, 2]),
      face_logits: tensor([1, 2], [0, 1]),
      voice_features: tensor([1, 2], [0, 1]),
    },
  },
};

export interface ToyBundle {
  readonly manifest: Manifest;
  /** URL -> content; a test changes or deletes what it likes. */
  readonly files: Map<string, Uint8Array<ArrayBuffer>>;
  /** URLs asked for, in order. */
  readonly asked: string[];
  readonly fetch: typeof fetch;
  /** What the build has beside it: a gate of one byte, and nothing that a toy's maker needs. */
  readonly engineFiles: EngineFileList;
}

export async function toyBundle(): Promise<ToyBundle> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const add = async (path: string, data: Uint8Array<ArrayBuffer>): Promise<BundleFile> => {
    files.set(BASE + path, data);
    return { path, bytes: data.byteLength, sha256: await sha256(data) };
  };
  const graph = async (name: string, byte: number) => ({
    fp32: { ...(await add(`${name}.onnx`, Uint8Array.of(byte))), weights: 'fp16' as const },
  });
  const manifest: Manifest = {
    format: 1,
    name: 'toy',
    version: '1',
    licence: 'none',
    dataSources: [{ name: 'made up', licence: 'none' }],
    prompt: 'I am [MASK].',
    labels: [
      { id: 'happy', word: 'happy' },
      { id: 'sad', word: 'sad' },
    ],
    text: {
      maxTokens: 4,
      tokenizer: await add('tokenizer.json', encode(tokenizer)),
      tokenizerConfig: await add('tokenizer_config.json', encode({ tokenizer_class: 'BertTokenizer' })),
    },
    face: {
      ...{ sizePx: 2, mean: 0, std: 1, rateHz: 10, maxFrames: 3, featureSize: 3, classes: ['a', 'b'] },
      graphs: { webgpu: 'denseface', wasm: 'denseface-light' },
    },
    voice: {
      ...{ sampleRateHz: 16000, windowSamples: 16000, pool: 3, tokenRateHz: 4 },
      ...{ maxTokens: 4, featureSize: 2 },
    },
    graphs: {
      denseface: await graph('denseface', 1),
      'denseface-light': await graph('denseface-light', 5),
      wav2vec2: await graph('wav2vec2', 2),
      memobert: await graph('memobert', 3),
    },
    golden: await add('golden.json', encode(golden)),
  };
  files.set(MANIFEST_URL, encode(manifest));
  const gate = Uint8Array.of(4);
  files.set(`${ASSET_BASE}silero_vad.onnx`, gate);
  const one = { bytes: 1, sha256: await sha256(gate) };
  const engineFiles = Object.fromEntries(ENGINE_FILES.map((name) => [name, one])) as Record<
    EngineFileName,
    typeof one
  >;
  const asked: string[] = [];
  return {
    ...{ manifest, files, asked, engineFiles },
    fetch: (input) => {
      const url = input instanceof Request ? input.url : String(input);
      asked.push(url);
      const body = files.get(url);
      return Promise.resolve(body ? new Response(body) : new Response('not here', { status: 404 }));
    },
  };
}

/** The toy's manifest as one written before there was a light face encoder. */
export function olderManifest({ manifest }: ToyBundle): Manifest {
  const older = structuredClone(manifest);
  Reflect.deleteProperty(older.face, 'graphs');
  Reflect.deleteProperty(older.graphs, 'denseface-light');
  return older;
}

/** The toy with its voice in two graphs beside the whole one; its server has them. */
export async function withVoiceHalves(toy: ToyBundle): Promise<ToyBundle> {
  const half = async (name: string, byte: number) => {
    const data = Uint8Array.of(byte);
    toy.files.set(`${BASE}${name}.onnx`, data);
    const file = { path: `${name}.onnx`, bytes: 1, sha256: await sha256(data) };
    return { fp32: { ...file, weights: 'fp16' as const } };
  };
  const halves = {
    'wav2vec2-features': await half('wav2vec2-features', 6),
    'wav2vec2-context': await half('wav2vec2-context', 7),
  };
  const manifest = { ...toy.manifest, graphs: { ...toy.manifest.graphs, ...halves } };
  setManifest(toy, manifest);
  return { ...toy, manifest };
}

/** Rewrites golden.json on the toy's server, and gives the manifest that names it. */
export async function withGolden(
  { files }: ToyBundle,
  manifest: Manifest,
  graphs: readonly GraphName[],
): Promise<Manifest> {
  const data = encode(Object.fromEntries(graphs.map((name) => [name, golden[name]])));
  files.set(BASE + manifest.golden.path, data);
  return {
    ...manifest,
    golden: { ...manifest.golden, bytes: data.byteLength, sha256: await sha256(data) },
  };
}

/** The toy with the graph that fills in faces and voice, on the toy's server; its manifest. */
export async function withHeads(toy: ToyBundle): Promise<Manifest> {
  const data = Uint8Array.of(6);
  const path = 'memobert-heads.onnx';
  toy.files.set(BASE + path, data);
  const file = { path, bytes: 1, sha256: await sha256(data), weights: 'fp16' as const };
  const manifest = {
    ...toy.manifest,
    graphs: { ...toy.manifest.graphs, 'memobert-heads': { fp32: file } },
  };
  const names = ['denseface', 'denseface-light', 'wav2vec2', 'memobert', 'memobert-heads'] as const;
  const whole = await withGolden(toy, manifest, names);
  setManifest(toy, whole);
  return whole;
}

/** The toy with another file of MEmoBERT, on the toy's server. */
export async function withFusionFile(toy: ToyBundle, data: Uint8Array<ArrayBuffer>): Promise<void> {
  const path = 'memobert.onnx';
  toy.files.set(BASE + path, data);
  const file = { path, bytes: data.byteLength, sha256: await sha256(data), weights: 'fp16' as const };
  const { files } = toy;
  const manifest = JSON.parse(new TextDecoder().decode(files.get(MANIFEST_URL))) as Manifest;
  setManifest(toy, { ...manifest, graphs: { ...manifest.graphs, memobert: { fp32: file } } });
}

/** Rewrites manifest.json on the toy's server. */
export function setManifest({ files }: ToyBundle, manifest: unknown): void {
  files.set(MANIFEST_URL, encode(manifest));
}

export interface ToyMaker extends GraphMaker {
  /** Names of the graphs that are open. */
  readonly open: Set<string>;
  /** `name provider`, in the order of their making. */
  readonly made: string[];
}

export interface ToyFaults {
  /** Answers of this graph are off by a constant (`by`, if it matters) on WebGPU, and wrong on wasm too if `everywhere`. */
  readonly wrong?: { readonly name: string; readonly everywhere: boolean; readonly by?: number };
  /** This graph cannot be made. */
  readonly broken?: string;
  /** The GPU is taken away while this graph is made on it. */
  readonly lost?: string;
}

export function toyMaker({ wrong, broken, lost }: ToyFaults = {}): ToyMaker {
  const open = new Set<string>();
  const made: string[] = [];
  return {
    ...{ open, made },
    create: (name, _bytes, provider) => {
      made.push(`${name} ${provider}`);
      if (name === broken) return Promise.reject(new MemoError('graph-invalid', `${name} is broken`, 'none'));
      if (name === lost && provider === 'webgpu') return Promise.reject(gpuLost('unplugged'));
      open.add(name);
      const off = wrong?.name === name && (wrong.everywhere || provider === 'webgpu') ? (wrong.by ?? 9) : 0;
      return Promise.resolve(toyGraph(name, off, () => open.delete(name)));
    },
  };
}

/** Counts along the last axis, the light one in twos, plus `off` at its start. */
function toyGraph(name: string, off: number, onClose: () => void): Graph {
  const stride = name === 'denseface-light' ? 2 : 1;
  const answer = (dims: readonly number[]): PlainTensor => {
    const width = dims.at(-1) ?? 1;
    const length = dims.reduce((product, dim) => product * dim, 1);
    const data = Float32Array.from(
      { length },
      (_, index) => (index % width) * stride + (index % width === 0 ? off : 0),
    );
    return { type: 'float32', dims, data };
  };
  return {
    run: (given) => {
      const inputs = plainInputs(given);
      const rows = Object.values(inputs)[0]?.dims[0] ?? 1;
      if (name === 'denseface' || name === 'denseface-light') {
        return Promise.resolve({ features: answer([rows, 3]), logits: answer([rows, 2]) });
      }
      if (name === 'wav2vec2' || name === 'wav2vec2-context')
        return Promise.resolve({ features: answer([rows, 4, 2]) });
      if (name === 'wav2vec2-features') return Promise.resolve({ frames: answer([rows, 12, 2]) });
      if (name === 'memobert') {
        const length = inputs['attention_mask']?.dims[1] ?? 0;
        return Promise.resolve({
          mask_logits: answer([rows, PIECES.length]),
          hidden: answer([rows, length, 2]),
        });
      }
      if (name === 'memobert-heads') {
        return Promise.resolve({
          face_features: answer([rows, 3]),
          face_logits: answer([rows, 2]),
          voice_features: answer([rows, 2]),
        });
      }
      // the speech gate: speech in every block that is not silent
      const speech = inputs['input']?.data.at(-1) === 0 ? 0 : 1;
      const output: PlainTensor = { type: 'float32', dims: [1, 1], data: Float32Array.of(speech) };
      return Promise.resolve({ output, stateN: answer([2, 1, 128]) });
    },
    close: () => {
      onClose();
      return Promise.resolve();
    },
  };
}

/** What `createMaker` gets: one maker whatever the backend. */
export function making(maker: ToyMaker): (backend: Backend, threads: number) => Promise<ToyMaker> {
  return () => Promise.resolve(maker);
}
