/** The bundle's graphs and the speech gate on one backend: compiled, warm, and checked against the golden vectors. */

import { MemoError } from '../errors';
import { Fusion } from '../memobert';
import type { Backend } from '../memobert/estimate';
import type { WordPieces } from '../encoders';
import { BACKENDS } from './backends';
import type { BundleContents } from './bundle-contents';
import type { Bytes } from './bundle';
import { differenceToGolden } from './golden';
import type { Graph } from './graph';
import type { LoadProgress } from './load-progress';
import { GRAPHS, type GraphName, type Manifest } from './manifest';

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
  readonly graphs: Readonly<Record<GraphName, Graph>>;
  readonly gate: Graph;
  readonly fusion: Fusion;
  close(): Promise<void>;
}

/**
 * Nothing is left open when it fails.
 * @throws MemoError `graph-invalid`, `golden-mismatch`, `device-gpu-lost`, `prompt-invalid`, `label-invalid`
 */
export async function loadModels(options: ModelsOptions): Promise<Models> {
  const { maker, backend, manifest, contents, wordPieces, progress } = options;
  const opened: Graph[] = [];
  const close = async () => {
    for (const graph of opened) await graph.close();
  };
  const open = async (name: string, bytes: Bytes, provider: Backend) => {
    progress.step('compile', name);
    const graph = await maker.create(name, bytes, provider);
    opened.push(graph);
    return graph;
  };
  try {
    const graphs = {
      denseface: await open('denseface', contents.graphs.denseface, backend),
      wav2vec2: await open('wav2vec2', contents.graphs.wav2vec2, backend),
      memobert: await open('memobert', contents.graphs.memobert, backend),
    };
    // 64-bit integers and a block of 32 ms: nothing for a GPU
    const gate = await open('speech-gate', options.gateBytes, 'wasm');
    const { shapes } = BACKENDS[backend];
    const fusion = Fusion.create({ graph: graphs.memobert, wordPieces, manifest, shapes });
    await warmUp(graphs, fusion, manifest, progress);
    await verify(graphs, options);
    return { graphs, gate, fusion, close };
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
  { face, voice }: Manifest,
  progress: LoadProgress,
): Promise<void> {
  progress.step('warm-up', 'denseface');
  await expectDims(graphs.denseface, 'denseface', 'faces', [1, 1, face.sizePx, face.sizePx], {
    features: [1, face.featureSize],
    logits: [1, face.classes.length],
  });
  progress.step('warm-up', 'wav2vec2');
  await expectDims(graphs.wav2vec2, 'wav2vec2', 'waveform', [1, voice.windowSamples], {
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
  for (const name of GRAPHS) {
    progress.step('verify', name);
    const { tolerance } = BACKENDS[backend];
    const differs = await differenceToGolden(graphs[name], contents.golden[name], tolerance);
    if (differs === null) continue;
    throw new MemoError(
      'golden-mismatch',
      `The graph ${name} does not compute what it should on ${backend}: ${differs}.`,
      'Try another browser, or update this one; if it is the same everywhere, export the bundle again.',
    );
  }
}
