/** The whole way from a manifest's URL to models that are ready: the face first, then the voice, then what fuses; the engine keeps what comes out. */

import { FaceEncoder, SpeechGate, VoiceEncoder, WordPieces, type FaceEncoderOptions } from '../encoders';
import { lateScript } from '../late-script';
import { Evidence, type Fusion, type Masking } from '../memobert';
import type { Backend } from '../memobert/estimate';
import { BACKENDS, chooseBackend, type BackendChoice, type Host } from './backends';
import { Bundle, type BundleParts } from './bundle';
import { BundleContents } from './bundle-contents';
import { EngineFiles, type EngineFileList } from './engine-files';
import { engineParts, type EngineParts } from './engine-parts';
import type { Graph } from './graph';
import { mapRoles, type GraphPlan } from './graph-plan';
import { LoadProgress } from './load-progress';
import type { EarlyRole, Manifest } from './manifest';
import { Models, type GraphMaker } from './models';
import { once } from './once';
import { planFor, planWithoutGpu } from './plan';
import type { Progress } from './progress';
import type { BackendReport, EngineOptions, GpuBufferCount, GraphReport } from './protocol';

/** What a test replaces: everything that needs a browser. */
export interface LoadParts extends Partial<BundleParts> {
  readonly host?: Host;
  readonly createMaker?: (backend: Backend, threads: number) => Promise<GraphMaker>;
  readonly createFace?: (options: FaceEncoderOptions) => Promise<FaceLooker>;
  readonly engineFiles?: EngineFileList;
}

/** As much of FaceEncoder as the engine uses. */
export interface FaceLooker
  extends Pick<FaceEncoder, 'encode' | 'follow' | 'reset' | 'close'>, Partial<Pick<FaceEncoder, 'noFaces'>> {
  fork(): FaceLooker;
  /** Where a session keeps something on the GPU. */
  release?(): void;
}

export interface SessionParts {
  readonly face: FaceLooker;
  /** Null while its graphs are not there. */
  readonly voice: VoiceEncoder | null;
  /** Null while its graph is not there. */
  readonly fusion: Fusion | null;
  readonly evidence: Evidence;
  /** One for the whole session; its code is fetched when somebody takes a moment. Null without `fusion`. */
  readonly masking: (() => Promise<Masking>) | null;
}

/** From the face on: the rest follows in the same object. */
export interface Loaded {
  readonly manifest: Manifest;
  readonly backend: BackendReport;
  /** What one session looks, listens and answers with: its own evidence, the graphs of all. */
  openSession(): SessionParts;
  /** Null on wasm. */
  gpuBuffers(): GpuBufferCount | null;
  close(): Promise<void>;
}

/**
 * @param came told when a part is usable, while the others are on their way; where wasm takes over from WebGPU, of a face that is null, for
 * nothing is usable then, and once more of each part
 * @throws MemoError of any code in section "bundle" or "runtime"
 */
export async function load(
  options: EngineOptions,
  tell: (progress: Progress) => void,
  parts: LoadParts = {},
  came: (role: EarlyRole, loaded: Loaded | null) => void = () => undefined,
): Promise<Loaded> {
  const progress = new LoadProgress(tell);
  progress.step('fetch', 'manifest.json');
  const { manifestUrl: url, integrity = null } = options;
  // a GPU that wakes takes its time, and the network its own
  const [wished, bundle] = await Promise.all([
    chooseBackend(options, parts.host),
    Bundle.open({ url, integrity }, bundleParts(parts)),
  ]);
  const { manifest } = bundle;
  const { choice, plan } = planFor(manifest, wished);
  const files = new EngineFiles(options.assetBase, bundleParts(parts), parts.engineFiles);
  const engine = engineParts(files, choice.name, parts, progress);
  const contents = new BundleContents(bundle, progress);
  contents.begin(plan, (role) => engine.fetch(role));
  const opener = new Opener({ options, parts, bundle, contents, engine, progress, came });
  const loaded = await opener.onBackend(choice, plan);
  try {
    await contents.whole;
  } catch (error) {
    await loaded.close();
    throw error;
  }
  contents.drop();
  progress.step('ready', manifest.name);
  return loaded;
}

interface Opening {
  readonly options: EngineOptions;
  readonly parts: LoadParts;
  readonly bundle: Bundle;
  readonly contents: BundleContents;
  readonly engine: EngineParts;
  readonly progress: LoadProgress;
  readonly came: (role: EarlyRole, loaded: Loaded | null) => void;
}

/** Makes models of files as they come. */
class Opener {
  constructor(private readonly given: Opening) {}

  /** On the backend that was chosen; where the GPU fails the models, on wasm with its own files, and the report says so. */
  async onBackend(choice: BackendChoice, plan: GraphPlan): Promise<Loaded> {
    const { bundle, contents, came } = this.given;
    try {
      return await this.#open(choice, plan);
    } catch (error) {
      const fallback = planWithoutGpu(bundle.manifest, choice, error);
      came('face', null);
      const changed = await contents.change(plan, fallback.plan, fallback.choice);
      const reason = [fallback.choice.reason, ...changed.missed.map(({ message }) => message)].join(' ');
      return this.#open({ ...fallback.choice, reason }, changed.plan);
    }
  }

  /** Face, voice and fusion in turn, each as its files come; nothing is left open when one fails. */
  async #open(backend: BackendChoice, plan: GraphPlan): Promise<Loaded> {
    const { parts, bundle, contents, engine, progress, came } = this.given;
    const { manifest } = bundle;
    const faceContent = await contents.graph(plan.face);
    const golden = await contents.golden();
    const maker = await (parts.createMaker ?? engine.createMaker)(backend.name, backend.threads);
    const models = new Models({ maker, backend: backend.name, manifest, golden, progress });
    let face: FaceLooker | null = null;
    const close = async () => {
      // a look under way still keeps what its graph answers
      await models.close();
      face?.close();
    };
    try {
      face = await this.#face(await models.face(faceContent));
      const opened: Opened = { manifest, face, voice: null, fusion: null };
      const loaded: Loaded = {
        ...{ manifest, backend: reportOn(backend, plan, face), close },
        openSession: () => new SessionOf(opened),
        gpuBuffers: () => models.gpuBuffers(),
      };
      came('face', loaded);
      const { shapes } = BACKENDS[backend.name];
      const frames = plan.frames && (await contents.graph(plan.frames));
      const voice = await models.voice(await contents.graph(plan.voice), frames, await engine.gate());
      opened.voice = () =>
        VoiceEncoder.create({
          ...{ graph: voice.voice, frames: voice.frames, shapes, voice: manifest.voice },
          gate: SpeechGate.create(voice.gate),
        });
      opened.voice(); // a bundle that cannot be listened to fails here, not at the first start
      came('voice', loaded);
      const { tokenizer, config } = await contents.tokenizer();
      const wordPieces = WordPieces.create(tokenizer, config);
      const { fusion, graph } = await models.fusion(await contents.graph(plan.fusion), wordPieces);
      const graphs = once(async () =>
        (await playground()).playgroundGraphs(bundle, golden, models, backend, graph),
      );
      opened.fusion = {
        fusion,
        masking: async (own) => {
          const { Masking } = await playground();
          return new Masking({ ...(await graphs()), wordPieces, graph, manifest, fusion: own });
        },
      };
      return loaded;
    } catch (error) {
      // what went wrong first is what is told
      await close().catch(() => undefined);
      throw error;
    }
  }

  #face(graph: Graph): Promise<FaceLooker> {
    const { options, parts, bundle, engine, progress } = this.given;
    progress.step('compile', 'face-detector');
    return (parts.createFace ?? createFace)({
      assetBase: options.assetBase,
      detector: engine.detector(),
      graph,
      face: bundle.manifest.face,
    });
  }
}

/** What all sessions share, as far as it is there. */
interface Opened {
  readonly manifest: Manifest;
  readonly face: FaceLooker;
  voice: (() => VoiceEncoder) | null;
  fusion: { readonly fusion: Fusion; readonly masking: (fusion: Fusion) => Promise<Masking> } | null;
}

/** Its parts are made when they are first asked for, and there. */
class SessionOf implements SessionParts {
  readonly face: FaceLooker;
  readonly evidence: Evidence;
  #voice: VoiceEncoder | null = null;
  #fusion: Fusion | null = null;
  #masking: (() => Promise<Masking>) | null = null;

  constructor(private readonly opened: Opened) {
    this.face = opened.face.fork();
    this.evidence = new Evidence(opened.manifest);
  }

  get voice(): VoiceEncoder | null {
    return (this.#voice ??= this.opened.voice?.() ?? null);
  }

  get fusion(): Fusion | null {
    return (this.#fusion ??= this.opened.fusion?.fusion.fork() ?? null);
  }

  get masking(): (() => Promise<Masking>) | null {
    const { fusion } = this;
    const make = this.opened.fusion?.masking;
    if (fusion === null || make === undefined) return null;
    return (this.#masking ??= once(() => make(fusion)));
  }
}

const playground = () => lateScript(() => import('./playground'));

function reportOn(
  { name, forced, reason, adapter, threads }: BackendChoice,
  plan: GraphPlan,
  { noFaces }: FaceLooker,
): BackendReport {
  const graphs = mapRoles(plan, (of): GraphReport => ({ name: of.name, precision: of.precision }));
  return { name, forced, reason, adapter, threads, graphs, ...(noFaces && { noFaces: noFaces.toJSON() }) };
}

/** Detects once on an empty picture: MediaPipe sets itself up at the first. */
async function createFace(options: FaceEncoderOptions): Promise<FaceLooker> {
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
