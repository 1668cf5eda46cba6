/** The whole way from a manifest's URL to models that are ready, in order; the engine keeps what comes out. */

import { FaceEncoder, SpeechGate, VoiceEncoder, WordPieces, type FaceEncoderOptions } from '../encoders';
import { Evidence, type Fusion, type Masking } from '../memobert';
import type { Backend } from '../memobert/estimate';
import { BACKENDS, chooseBackend, type BackendChoice, type BackendRow, type Host } from './backends';
import { Bundle, type BundleParts } from './bundle';
import { fetchContents, switchContents, type BundleContents } from './bundle-contents';
import { EngineFiles, type EngineFileList } from './engine-files';
import { fetchEngine } from './engine-parts';
import { playgroundGraphs, type PlaygroundGraphs } from './heads';
import { mapRoles } from './graph-plan';
import { LoadProgress } from './load-progress';
import type { Manifest } from './manifest';
import { loadModels, type GraphMaker, type Models, type ModelsOptions } from './models';
import { planFor, planWithoutGpu } from './plan';
import type { Progress } from './progress';
import type { BackendReport, EngineOptions, GpuBufferCount, GraphReport } from './protocol';

/** What a test replaces: everything that needs a browser. */
export interface LoadParts extends Partial<BundleParts> {
  readonly host?: Host;
  readonly createMaker?: (backend: Backend, threads: number) => Promise<GraphMaker>;
  readonly createFace?: (options: FaceEncoderOptions) => Promise<FaceEncoding>;
  readonly engineFiles?: EngineFileList;
}

/** As much of FaceEncoder as the engine uses. */
export interface FaceEncoding extends Pick<FaceEncoder, 'encode' | 'follow' | 'reset' | 'close'> {
  fork(): FaceEncoding;
  /** Where a session keeps something on the GPU. */
  release?(): void;
}

export interface SessionParts {
  readonly face: FaceEncoding;
  readonly voice: VoiceEncoder;
  readonly fusion: Fusion;
  readonly evidence: Evidence;
  /** One for the whole session; its code is fetched when somebody takes a moment. */
  readonly masking: () => Promise<Masking>;
}

export interface Loaded {
  readonly manifest: Manifest;
  readonly backend: BackendReport;
  /** What one session looks, listens and answers with: its own evidence, the graphs of all. */
  openSession(): SessionParts;
  /** Null on wasm. */
  gpuBuffers(): GpuBufferCount | null;
  close(): Promise<void>;
}

/** @throws MemoError of any code in section "bundle" or "runtime" */
export async function load(
  options: EngineOptions,
  tell: (progress: Progress) => void,
  parts: LoadParts = {},
): Promise<Loaded> {
  const progress = new LoadProgress(tell);
  progress.step('fetch', 'manifest.json');
  const wished = await chooseBackend(options, parts.host);
  const { manifestUrl: url, integrity = null } = options;
  const bundle = await Bundle.open({ url, integrity }, bundleParts(parts));
  const { manifest } = bundle;
  const { choice, plan } = planFor(manifest, wished);
  const files = new EngineFiles(options.assetBase, bundleParts(parts), parts.engineFiles);
  const [engine, contents] = await Promise.all([
    fetchEngine(files, choice.name, parts, progress),
    fetchContents(bundle, plan, progress),
  ]);
  const wordPieces = WordPieces.create(contents.tokenizer, contents.tokenizerConfig);
  const common = { manifest, gateBytes: engine.gate, wordPieces, progress };
  const create = parts.createMaker ?? engine.createMaker;
  const { models, backend, playground } = await onBackend(choice, bundle, contents, common, create);
  try {
    progress.step('compile', 'face-detector');
    const face = await (parts.createFace ?? createFace)({
      assetBase: options.assetBase,
      detector: engine.detector,
      graph: models.graphs.face,
      face: manifest.face,
    });
    const { shapes } = BACKENDS[backend.name];
    const openSession = () => sessionParts(manifest, models, face, { wordPieces, shapes, ...playground });
    openSession(); // a bundle that cannot be listened to fails here, not at the first start
    progress.step('ready', manifest.name);
    return {
      ...{ manifest, backend, openSession },
      gpuBuffers: () => models.gpuBuffers(),
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

function sessionParts(
  manifest: Manifest,
  models: Models,
  face: FaceEncoding,
  {
    shapes,
    ...filling
  }: {
    readonly wordPieces: WordPieces;
    readonly shapes: BackendRow['shapes'];
  } & PlaygroundGraphs,
): SessionParts {
  const { graphs, gate } = models;
  const fusion = models.fusion.fork();
  return {
    face: face.fork(),
    voice: VoiceEncoder.create({
      graph: graphs.voice,
      frames: graphs.frames,
      shapes,
      gate: SpeechGate.create(gate),
      voice: manifest.voice,
    }),
    fusion,
    evidence: new Evidence(manifest),
    masking: late(async () => {
      const { Masking } = await import('../memobert/masking');
      return new Masking({ ...filling, graph: graphs.fusion, manifest, fusion });
    }),
  };
}

/** Made at the first call, for all calls; after a failure the next tries again. */
function late<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = null;
      throw error;
    });
    return made;
  };
}

/** The models on the backend that was chosen; where the GPU fails them, on wasm with its own files, and the report says so. */
async function onBackend(
  choice: BackendChoice,
  bundle: Bundle,
  fetched: BundleContents,
  common: Omit<ModelsOptions, 'maker' | 'backend' | 'contents'>,
  create: NonNullable<LoadParts['createMaker']>,
): Promise<{ models: Models; backend: BackendReport; playground: PlaygroundGraphs }> {
  const attempt = async (backend: BackendChoice, contents: BundleContents) => {
    const maker = await create(backend.name, backend.threads);
    const models = await loadModels({ ...common, contents, maker, backend: backend.name });
    const playground = playgroundGraphs(bundle, contents, models, backend);
    return { models, backend: reportOn(backend, contents), playground };
  };
  try {
    return await attempt(choice, fetched);
  } catch (error) {
    const { choice: fallback, plan } = planWithoutGpu(bundle.manifest, choice, error);
    const { contents, missed } = await switchContents(bundle, fetched, plan, fallback, common.progress);
    const reason = [fallback.reason, ...missed.map(({ message }) => message)].join(' ');
    return attempt({ ...fallback, reason }, contents);
  }
}

function reportOn(
  { name, forced, reason, adapter, threads }: BackendChoice,
  contents: BundleContents,
): BackendReport {
  const graphs = mapRoles(contents.graphs, ({ name, precision }): GraphReport => ({ name, precision }));
  return { name, forced, reason, adapter, threads, graphs };
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

function bundleParts({ fetch, caches, origin }: LoadParts): Partial<BundleParts> {
  const given = Object.entries({ fetch, caches, origin }).filter(([, part]) => part !== undefined);
  return Object.fromEntries(given) as Partial<BundleParts>;
}
