/** The bundle's graphs and the speech gate on one backend: compiled, warm, and checked against the golden vectors. */

import { MemoError } from '../errors';
import { Fusion } from '../memobert';
import type { Backend } from '../memobert/estimate';
import type { WordPieces } from '../encoders';
import { BACKENDS } from './backends';
import type { BundleContents } from './bundle-contents';
import type { Bytes } from './bundle';
import { differenceToGolden, goldenOf } from './golden';
import type { Graph } from './graph';
import type { GraphChoice } from './graph-plan';
import type { LoadProgress } from './load-progress';
import { GRAPH_ROLES, type Differences, type GraphName, type GraphRole, type Manifest } from './manifest';

/** Makes graphs; `OrtRuntime` is one. */
export interface GraphMaker {
  create(name: string, bytes: Uint8Array, provider: Backend): Promise<Graph>;
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
  readonly graphs: Readonly<Record<GraphRole, Graph>>;
  readonly gate: Graph;
  readonly fusion: Fusion;
  /** One more graph of the bundle, on the same backend; closed with the others. */
  openLater(name: string, bytes: Bytes): Promise<Graph>;
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
  const open = async (name: string, bytes: Bytes, provider: Backend) => {
    progress.step('compile', name);
    const graph = await maker.create(name, bytes, provider);
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
    const { face, voice, fusion: fused } = contents.graphs;
    const graphs = {
      face: await open(face.name, face.bytes, backend),
      voice: await open(voice.name, voice.bytes, backend),
      fusion: await open(fused.name, fused.bytes, backend),
    };
    // 64-bit integers and a block of 32 ms: nothing for a GPU
    const gate = await open('speech-gate', options.gateBytes, 'wasm');
    const { shapes } = BACKENDS[backend];
    const fusion = Fusion.create({ graph: graphs.fusion, wordPieces, manifest, shapes });
    await warmUp(graphs, fusion, options);
    await verify(graphs, options);
    return { graphs, gate, fusion, openLater, close };
  } catch (error) {
    // what went wrong first is what is told
    await close().catch(() => undefined);
    throw error;
  }
}

/** The shapes that will run, once each: shaders compile now; and whether graph and manifest speak of the same sizes. */
async function warmUp(
  graphs: Models['graphs'],
  fusion: Fusion,
  { manifest: { face, voice }, contents, progress }: ModelsOptions,
): Promise<void> {
  const faceName = contents.graphs.face.name;
  progress.step('warm-up', faceName);
  await expectDims(graphs.face, faceName, 'faces', [1, 1, face.sizePx, face.sizePx], {
    features: [1, face.featureSize],
    logits: [1, face.classes.length],
  });
  progress.step('warm-up', 'wav2vec2');
  await expectDims(graphs.voice, 'wav2vec2', 'waveform', [1, voice.windowSamples], {
    features: [1, voice.maxTokens, voice.featureSize],
  });
  progress.step('warm-up', 'memobert');
  await fusion.warmUp();
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
): Promise<void> {
  for (const role of GRAPH_ROLES) {
    const { name } = contents.graphs[role];
    progress.step('verify', name);
    await verifyGraph(graphs[role], contents.graphs[role], contents, backend);
  }
}

/** @throws MemoError `golden-mismatch` */
export async function verifyGraph(
  graph: Graph,
  choice: GraphChoice,
  { golden }: Pick<BundleContents, 'golden'>,
  backend: Backend,
): Promise<void> {
  const { name } = choice;
  const tolerance = allowed(BACKENDS[backend].tolerance, choice);
  const differs = await differenceToGolden(graph, goldenOf(golden, name), tolerance);
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
