/** The bundle's graphs and the speech gate on one backend: compiled, warm, and checked against the golden vectors. */

import { MemoError } from '../errors';
import { Fusion } from '../memobert';
import type { Backend } from '../memobert/estimate';
import { fixedSteps, gridOf, type WordPieces } from '../encoders';
import { BACKENDS } from './backends';
import type { BundleContents, GraphContent } from './bundle-contents';
import type { Bytes } from './bundle';
import { differenceToGolden, goldenOf } from './golden';
import type { Graph } from './graph';
import { rolesOf, type ByRole, type GraphChoice, type PlanRole } from './graph-plan';
import { withoutOutput } from './lean-graph';
import type { LoadProgress } from './load-progress';
import type { Differences, GraphName, Manifest } from './manifest';
import type { GpuBufferCount } from './protocol';

/** MEmoBERT's output that the heads read, and no estimate does. */
const HIDDEN = 'hidden';

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
  readonly contents: BundleContents;
  readonly gateBytes: Bytes;
  readonly wordPieces: WordPieces;
  readonly progress: LoadProgress;
}

export interface Models {
  readonly graphs: ByRole<Graph>;
  readonly gate: Graph;
  readonly fusion: Fusion;
  /** Whether the fusion's graph does without {@link HIDDEN}, which the file has. */
  readonly leanFusion: boolean;
  /** One more graph of the bundle, on the same backend; closed with the others. */
  openLater(name: string, bytes: Bytes): Promise<Graph>;
  gpuBuffers(): GpuBufferCount | null;
  close(): Promise<void>;
}

/**
 * Nothing is left open when it fails.
 * @throws MemoError `graph-invalid`, `golden-mismatch`, `device-gpu-lost`, `prompt-invalid`, `label-invalid`
 */
export async function loadModels(options: ModelsOptions): Promise<Models> {
  const { maker, backend, manifest, contents, wordPieces, progress } = options;
  const opened: Graph[] = [];
  let closed = false;
  const close = async () => {
    closed = true;
    for (const graph of opened) await graph.close();
  };
  const open = async (name: string, bytes: Bytes, provider: Backend, onGpu = false) => {
    progress.step('compile', name);
    const graph = await maker.create(name, bytes, provider, onGpu);
    opened.push(graph);
    return graph;
  };
  const openLater = async (name: string, bytes: Bytes) => {
    const graph = await maker.create(name, bytes, backend);
    opened.push(graph);
    if (closed) await graph.close();
    return graph;
  };
  try {
    const openRole = ({ name, bytes }: GraphContent, onGpu = false) => open(name, bytes, backend, onGpu);
    const { face, frames, voice, fusion: fused } = contents.graphs;
    const lean = withoutOutput(fused.bytes, HIDDEN);
    const graphs = {
      // MEmoBERT takes the features from where they are
      face: await openRole(face, true),
      ...(frames === undefined ? {} : { frames: await openRole(frames) }),
      voice: await openRole(voice),
      fusion: await openRole(lean === null ? fused : { ...fused, bytes: lean }),
    };
    // 64-bit integers and a block of 32 ms: nothing for a GPU
    const gate = await open('speech-gate', options.gateBytes, 'wasm');
    const { shapes } = BACKENDS[backend];
    const fusion = Fusion.create({ graph: graphs.fusion, wordPieces, manifest, shapes });
    await warmUp(graphs, fusion, options);
    const leanFusion = lean !== null;
    await verify(graphs, options, leanFusion);
    const gpuBuffers = () => maker.gpuBuffers?.() ?? null;
    return { graphs, gate, fusion, leanFusion, openLater, gpuBuffers, close };
  } catch (error) {
    // what went wrong first is what is told
    await close().catch(() => undefined);
    throw error;
  }
}

/** The shapes that will run, once each: shaders compile now; and whether graph and manifest speak of the same sizes. */
async function warmUp(graphs: Models['graphs'], fusion: Fusion, options: ModelsOptions): Promise<void> {
  const { manifest, contents, progress } = options;
  const { face } = manifest;
  const faceName = contents.graphs.face.name;
  progress.step('warm-up', faceName);
  await expectDims(graphs.face, faceName, 'faces', [1, 1, face.sizePx, face.sizePx], {
    features: [1, face.featureSize],
    logits: [1, face.classes.length],
  });
  await warmUpVoice(graphs, options);
  progress.step('warm-up', 'memobert');
  await fusion.warmUp();
}

async function warmUpVoice(
  graphs: Models['graphs'],
  { backend, manifest: { voice }, contents, progress }: ModelsOptions,
): Promise<void> {
  const { name } = contents.graphs.voice;
  const features = { features: [1, voice.maxTokens, voice.featureSize] };
  progress.step('warm-up', name);
  if (graphs.frames === undefined) {
    await expectDims(graphs.voice, name, 'waveform', [1, voice.windowSamples], features);
    return;
  }
  const { hop, reach, count } = gridOf(voice);
  for (const step of BACKENDS[backend].shapes === 'fixed' ? fixedSteps(voice) : [count]) {
    await expectDims(graphs.frames, 'wav2vec2-features', 'waveform', [1, reach + (step - 1) * hop], {
      frames: [1, step, voice.featureSize],
    });
  }
  await expectDims(graphs.voice, name, 'frames', [1, count, voice.featureSize], features);
}

async function expectDims(
  graph: Graph,
  name: GraphName,
  input: string,
  dims: readonly number[],
  outputs: Readonly<Record<string, readonly number[]>>,
): Promise<void> {
  const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
  const answers = await graph.run({ [input]: { type: 'float32', dims, data } });
  for (const [output, wanted] of Object.entries(outputs)) {
    const got = answers[output]?.dims ?? [];
    if (got.join() === wanted.join()) continue;
    throw new MemoError(
      'graph-invalid',
      `The graph ${name} gives "${output}" as [${got.join(', ')}], the manifest says [${wanted.join(', ')}].`,
      'Use a bundle whose graphs and manifest.json were exported together.',
    );
  }
}

async function verify(
  graphs: Models['graphs'],
  { backend, contents, progress }: ModelsOptions,
  leanFusion: boolean,
): Promise<void> {
  for (const role of rolesOf(graphs)) {
    const { content, graph } = both(contents.graphs, graphs, role);
    const { name } = content;
    progress.step('verify', name);
    await verifyGraph(graph, content, contents, backend, leanFusion && role === 'fusion' ? [HIDDEN] : []);
  }
}

function both(contents: BundleContents['graphs'], graphs: Models['graphs'], role: PlanRole) {
  const [content, graph] = [contents[role], graphs[role]];
  if (content === undefined || graph === undefined) throw new RangeError(`${role} was not opened`);
  return { content, graph };
}

/**
 * @param without outputs that the graph was opened without
 * @throws MemoError `golden-mismatch`
 */
export async function verifyGraph(
  graph: Graph,
  choice: GraphChoice,
  { golden }: Pick<BundleContents, 'golden'>,
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
