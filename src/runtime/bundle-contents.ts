/** The files of a bundle that a load needs, fetched together and taken apart. */

import { MemoError, type ErrorCode } from '../errors';
import type { Bundle, Bytes } from './bundle';
import { parseGolden } from './golden';
import { canRun, type GraphChoice, type GraphPlan, type Target } from './graph-plan';
import type { LoadProgress } from './load-progress';
import { GRAPH_ROLES, type GoldenVectors, type GraphRole } from './manifest';
import { graphsOf } from './manifest-files';

export interface GraphContent extends GraphChoice {
  readonly bytes: Bytes;
}

export interface BundleContents {
  readonly graphs: Readonly<Record<GraphRole, GraphContent>>;
  /** Parsed, not checked further. */
  readonly tokenizer: unknown;
  readonly tokenizerConfig: unknown;
  readonly golden: GoldenVectors;
}

const FETCH_FAULTS: ReadonlySet<ErrorCode> = new Set(['file-missing', 'model-integrity']);

/** @throws MemoError `file-missing`, `model-integrity`, `manifest-invalid` */
export async function fetchContents(
  bundle: Bundle,
  plan: GraphPlan,
  progress: LoadProgress,
): Promise<BundleContents> {
  const { manifest } = bundle;
  const { tokenizer, tokenizerConfig } = manifest.text;
  const files = [tokenizer, tokenizerConfig, manifest.golden, ...GRAPH_ROLES.map((role) => plan[role].file)];
  progress.expect(files.reduce((sum, { bytes }) => sum + bytes, 0));
  const [pieces, config, golden, face, voice, fusion] = await bundle.load(files, (bytes, item) =>
    progress.fetched(bytes, item),
  );
  if (!pieces || !config || !golden || !face || !voice || !fusion) {
    throw new RangeError('fewer files than were asked for');
  }
  return {
    graphs: {
      face: { ...plan.face, bytes: face },
      voice: { ...plan.voice, bytes: voice },
      fusion: { ...plan.fusion, bytes: fusion },
    },
    tokenizer: parseJson(pieces, tokenizer.path),
    tokenizerConfig: parseJson(config, tokenizerConfig.path),
    golden: parseGolden(golden, graphsOf(manifest)),
  };
}

export interface Switched {
  readonly contents: BundleContents;
  /** Why a graph of the plan was not to be had, and one that was here already stands in. */
  readonly missed: readonly MemoError[];
}

/**
 * `contents` for another plan: what differs is fetched. Where that fails, what is here already will do if it can run there.
 * @throws MemoError `file-missing`, `model-integrity`
 */
export async function switchContents(
  bundle: Bundle,
  contents: BundleContents,
  plan: GraphPlan,
  target: Target,
  progress: LoadProgress,
): Promise<Switched> {
  const missed: MemoError[] = [];
  const graphs = { ...contents.graphs };
  for (const role of GRAPH_ROLES) {
    const wanted = plan[role];
    if (wanted.file.path === graphs[role].file.path) continue;
    try {
      graphs[role] = { ...wanted, bytes: await fetchOne(bundle, wanted, progress) };
    } catch (error) {
      if (!(error instanceof MemoError) || !FETCH_FAULTS.has(error.code)) throw error;
      if (!canRun(graphs[role], target)) throw error;
      progress.giveUp();
      missed.push(error);
    }
  }
  return { contents: { ...contents, graphs }, missed };
}

async function fetchOne(bundle: Bundle, { file }: GraphChoice, progress: LoadProgress): Promise<Bytes> {
  progress.expect(file.bytes);
  progress.step('fetch', file.path);
  const [bytes] = await bundle.load([file], (loaded, item) => progress.fetched(loaded, item));
  if (bytes === undefined) throw new RangeError('fewer files than were asked for');
  return bytes;
}

function parseJson(bytes: Bytes, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new MemoError(
      'manifest-invalid',
      `The bundle's file ${path} is not JSON.`,
      'Export the bundle again.',
      cause,
    );
  }
}
