/** The bundle's graphs and the speech gate on one backend: compiled, warm, and checked against the golden vectors. */

import { MemoError } from '../errors';
import { Fusion } from '../memobert';
import type { Backend } from '../memobert/estimate';
import { fixedSteps, gridOf, type WordPieces } from '../encoders';
import { BACKENDS } from './backends';
import type { GraphContent } from './bundle-contents';
import type { Bytes } from './bundle';
import { differenceToGolden, goldenOf } from './golden';
import type { Graph } from './graph';
import { expectDims } from './graph-output';
import type { GraphChoice } from './graph-plan';
import { withoutOutputs } from './lean-graph';
import type { LoadProgress } from './load-progress';
import {
  FILLED_WORDS,
  type Differences,
  type GoldenVectors,
  type GraphName,
  type Manifest,
} from './manifest';
import type { GpuBufferCount } from './protocol';
import { turn } from './turn';

/** MEmoBERT's outputs for what is masked: the heads read `hidden`, `filled_words` are masked words; no estimate reads them. */
const FOR_MASKS = ['hidden', FILLED_WORDS];

/** Makes graphs; `OrtRuntime` is one. */
export interface GraphMaker {
  /** @param onGpu keeps the outputs on the GPU, where there is one: {@link Graph.gpu} */
  create(name: string, bytes: Uint8Array, provider: Backend, onGpu?: boolean): Promise<Graph>;
  gpuBuffers?(): GpuBufferCount;
}

export interface ModelsOptions {
  readonly maker: GraphMaker;
  readonly backend: Backend;
  readonly manifest: Manifest;
  readonly golden: GoldenVectors;
  readonly progress: LoadProgress;
}

/** Opened one after the other; each is usable as soon as it is there. */
export class Models {
  /** MEmoBERT without {@link FOR_MASKS}, which its file has. */
  leanFusion = false;
  readonly #options: ModelsOptions;
  readonly #opened: Graph[] = [];
  #closed = false;

  constructor(options: ModelsOptions) {
    this.#options = options;
  }

  /** @throws MemoError `graph-invalid`, `golden-mismatch`, `device-gpu-lost` */
  async face(content: GraphContent): Promise<Graph> {
    const { featureSize, sizePx, classes } = this.#options.manifest.face;
    // MEmoBERT takes the features from where they are
    const graph = await this.#open(content, true);
    this.#options.progress.step('warm-up', content.name);
    await expectOutputs(graph, content.name, 'faces', [1, 1, sizePx, sizePx], {
      features: [1, featureSize],
      logits: [1, classes.length],
    });
    await this.#verify(graph, content);
    return graph;
  }

  /**
   * @param frames the first of two graphs, where the bundle has the voice in two
   * @throws MemoError `graph-invalid`, `golden-mismatch`, `device-gpu-lost`
   */
  async voice(
    content: GraphContent,
    frames: GraphContent | undefined,
    gateBytes: Bytes,
  ): Promise<VoiceGraphs> {
    const { backend, progress } = this.#options;
    const graphs = {
      ...(frames === undefined ? {} : { frames: await this.#open(frames) }),
      voice: await this.#open(content),
      // 64-bit integers and a block of 32 ms: nothing for a GPU
      gate: await this.#make('speech-gate', gateBytes, 'wasm'),
    };
    progress.step('warm-up', content.name);
    await warmUpVoice(graphs, content.name, this.#options.manifest.voice, backend);
    if (frames !== undefined && graphs.frames !== undefined) await this.#verify(graphs.frames, frames);
    await this.#verify(graphs.voice, content);
    return graphs;
  }

  /** @throws MemoError `graph-invalid`, `golden-mismatch`, `device-gpu-lost`, `prompt-invalid`, `label-invalid` */
  async fusion(content: GraphContent, wordPieces: WordPieces): Promise<FusionGraph> {
    const { backend, manifest, progress } = this.#options;
    const lean = withoutOutputs(content.bytes, FOR_MASKS);
    this.leanFusion = lean !== null;
    const graph = await this.#open(lean === null ? content : { ...content, bytes: lean });
    const { shapes } = BACKENDS[backend];
    const fusion = Fusion.create({ graph, wordPieces, manifest, shapes });
    progress.step('warm-up', content.name);
    await fusion.warmUp();
    await this.#verify(graph, content, this.leanFusion ? FOR_MASKS : []);
    return { graph, fusion };
  }

  /** One more graph of the bundle, on the same backend; closed with the others. */
  async openLater(name: string, bytes: Bytes): Promise<Graph> {
    const { maker, backend } = this.#options;
    const graph = await maker.create(name, bytes, backend);
    this.#opened.push(graph);
    if (this.#closed) await this.close();
    return graph;
  }

  gpuBuffers(): GpuBufferCount | null {
    return this.#options.maker.gpuBuffers?.() ?? null;
  }

  /** Never rejects: one that cannot be closed keeps no other open. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#opened.map((graph) => graph.close()));
  }

  #open({ name, bytes }: GraphContent, onGpu = false): Promise<Graph> {
    return this.#make(name, bytes, this.#options.backend, onGpu);
  }

  async #make(name: string, bytes: Bytes, provider: Backend, onGpu = false): Promise<Graph> {
    const { maker, progress } = this.#options;
    await turn();
    progress.step('compile', name);
    const graph = await maker.create(name, bytes, provider, onGpu);
    this.#opened.push(graph);
    return graph;
  }

  async #verify(graph: Graph, content: GraphContent, without: readonly string[] = []): Promise<void> {
    const { golden, backend, progress } = this.#options;
    await turn();
    progress.step('verify', content.name);
    await verifyGraph(graph, content, golden, backend, without);
  }
}

export interface VoiceGraphs {
  /** With it, `voice` is the second of two graphs. */
  readonly frames?: Graph;
  readonly voice: Graph;
  readonly gate: Graph;
}

export interface FusionGraph {
  readonly graph: Graph;
  readonly fusion: Fusion;
}

/** The shapes that will run, once each: shaders compile now; and whether graph and manifest speak of the same sizes. */
async function warmUpVoice(
  { frames, voice: graph }: VoiceGraphs,
  name: GraphName,
  voice: Manifest['voice'],
  backend: Backend,
): Promise<void> {
  const features = { features: [1, voice.maxTokens, voice.featureSize] };
  if (frames === undefined) {
    await expectOutputs(graph, name, 'waveform', [1, voice.windowSamples], features);
    return;
  }
  const { hop, reach, count } = gridOf(voice);
  for (const step of BACKENDS[backend].shapes === 'fixed' ? fixedSteps(voice) : [count]) {
    await expectOutputs(frames, 'wav2vec2-features', 'waveform', [1, reach + (step - 1) * hop], {
      frames: [1, step, voice.featureSize],
    });
  }
  await expectOutputs(graph, name, 'frames', [1, count, voice.featureSize], features);
}

async function expectOutputs(
  graph: Graph,
  name: GraphName,
  input: string,
  dims: readonly number[],
  outputs: Readonly<Record<string, readonly number[]>>,
): Promise<void> {
  const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
  const answers = await graph.run({ [input]: { type: 'float32', dims, data } });
  for (const [output, wanted] of Object.entries(outputs)) {
    expectDims(answers[output]?.dims, wanted, output, name);
  }
}

/**
 * @param without outputs that the graph was opened without
 * @throws MemoError `golden-mismatch`
 */
export async function verifyGraph(
  graph: Graph,
  choice: GraphChoice,
  golden: GoldenVectors,
  backend: Backend,
  without: readonly string[] = [],
): Promise<void> {
  const { name } = choice;
  const tolerance = allowed(BACKENDS[backend].tolerance, choice);
  const { inputs, outputs } = goldenOf(golden, name);
  const answered = Object.entries(outputs).filter(([output]) => !without.includes(output));
  const expected = { inputs, outputs: Object.fromEntries(answered) };
  const differs = await differenceToGolden(graph, expected, tolerance);
  if (differs === null) return;
  throw new MemoError(
    'golden-mismatch',
    `The graph ${name} does not compute what it should on ${backend}: ${differs}.`,
    'Try another browser, or update this one; if it is the same everywhere, export the bundle again.',
  );
}

/** What the backend may differ, and what the file's precision does. */
function allowed({ probability, feature }: Differences, { file }: GraphChoice): Differences {
  const { deviation = { probability: 0, feature: 0 } } = file;
  return { probability: probability + deviation.probability, feature: feature + deviation.feature };
}
