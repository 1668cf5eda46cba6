/** The whole way from a manifest's URL to models that are ready, in order; the engine keeps what comes out. */

import { FaceEncoder, SpeechGate, VoiceEncoder, WordPieces, type FaceEncoderOptions } from '../encoders';
import { MemoError, type ErrorCode } from '../errors';
import { Evidence, type Fusion } from '../memobert';
import type { Backend } from '../memobert/estimate';
import { BACKENDS, chooseBackend, droppedToWasm, type Host } from './backends';
import { Bundle, type BundleParts, type Bytes } from './bundle';
import { fetchContents } from './bundle-contents';
import { LoadProgress } from './load-progress';
import type { Manifest } from './manifest';
import { loadModels, type GraphMaker, type Models, type ModelsOptions } from './models';
import { OrtRuntime } from './ort-graph';
import { loadOrt } from './ort-modules';
import type { Progress } from './progress';
import type { BackendReport, EngineOptions } from './protocol';

/** What a test replaces: everything that needs a browser. */
export interface LoadParts extends Partial<BundleParts> {
  readonly host?: Host;
  readonly createMaker?: (backend: Backend, threads: number) => Promise<GraphMaker>;
  readonly createFace?: (options: FaceEncoderOptions) => Promise<FaceEncoding>;
}

/** As much of FaceEncoder as the engine uses. */
export type FaceEncoding = Pick<FaceEncoder, 'encode' | 'reset' | 'close'>;

export interface Loaded {
  readonly manifest: Manifest;
  readonly backend: BackendReport;
  readonly face: FaceEncoding;
  readonly voice: VoiceEncoder;
  readonly fusion: Fusion;
  readonly evidence: Evidence;
  close(): Promise<void>;
}

/** What is worth trying again without the GPU: the bundle itself may be whole. */
const GPU_FAULTS: ReadonlySet<ErrorCode> = new Set([
  'backend-unavailable',
  'graph-invalid',
  'golden-mismatch',
  'device-gpu-lost',
]);

/** @throws MemoError of any code in section "bundle" or "runtime" */
export async function load(
  options: EngineOptions,
  tell: (progress: Progress) => void,
  parts: LoadParts = {},
): Promise<Loaded> {
  const progress = new LoadProgress(tell);
  progress.step('fetch', 'manifest.json');
  const wished = await chooseBackend(options, parts.host);
  const bundle = await Bundle.open(options.manifestUrl, bundleParts(parts));
  const { manifest } = bundle;
  const [contents, gateBytes] = await Promise.all([
    fetchContents(bundle, BACKENDS[wished.name].precisions, progress),
    fetchGate(options.assetBase, parts.fetch ?? ((...request) => fetch(...request))),
  ]);
  const wordPieces = WordPieces.create(contents.tokenizer, contents.tokenizerConfig);
  const common = { manifest, contents, gateBytes, wordPieces, progress };
  const { models, backend } = await onBackend(wished, common, parts.createMaker ?? createMaker);
  try {
    progress.step('compile', 'face-detector');
    const face = await (parts.createFace ?? createFace)({
      assetBase: options.assetBase,
      graph: models.graphs.denseface,
      face: manifest.face,
    });
    const voice = VoiceEncoder.create({
      graph: models.graphs.wav2vec2,
      gate: SpeechGate.create(models.gate),
      voice: manifest.voice,
    });
    progress.step('ready', manifest.name);
    return {
      ...{ manifest, backend, face, voice },
      fusion: models.fusion,
      evidence: new Evidence(manifest),
      close: async () => {
        face.close();
        await models.close();
      },
    };
  } catch (error) {
    await models.close();
    throw error;
  }
}

/** The models on the backend that was chosen; where the GPU fails them, on wasm, and the report says so. */
async function onBackend(
  report: BackendReport,
  common: Omit<ModelsOptions, 'maker' | 'backend'>,
  create: NonNullable<LoadParts['createMaker']>,
): Promise<{ models: Models; backend: BackendReport }> {
  const attempt = async (backend: BackendReport) => {
    const maker = await create(backend.name, backend.threads);
    return { models: await loadModels({ ...common, maker, backend: backend.name }), backend };
  };
  try {
    return await attempt(report);
  } catch (error) {
    if (report.name === 'wasm' || !(error instanceof MemoError) || !GPU_FAULTS.has(error.code)) throw error;
    return attempt(droppedToWasm(report, `WebGPU was tried and left: ${error.message}`));
  }
}

async function createMaker(backend: Backend, threads: number): Promise<GraphMaker> {
  return new OrtRuntime(await loadOrt(backend, threads));
}

/** Detects once on an empty picture: MediaPipe sets itself up at the first. */
async function createFace(options: FaceEncoderOptions): Promise<FaceEncoding> {
  const face = await FaceEncoder.create(options);
  const blank = await createImageBitmap(new ImageData(64, 64));
  try {
    await face.encode(blank, 0);
  } catch (error) {
    face.close();
    throw error;
  } finally {
    blank.close();
  }
  face.reset();
  return face;
}

async function fetchGate(assetBase: string, fetcher: typeof fetch): Promise<Bytes> {
  const url = `${assetBase}silero_vad.onnx`;
  try {
    const response = await fetcher(url);
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new MemoError(
      'file-missing',
      `The speech gate could not be loaded from ${url}.`,
      'Run "node scripts/prepare-assets.mjs" and serve public/generated/ beside the page.',
      cause,
    );
  }
}

function bundleParts({ fetch, caches }: LoadParts): Partial<BundleParts> {
  return { ...(fetch === undefined ? {} : { fetch }), ...(caches === undefined ? {} : { caches }) };
}
