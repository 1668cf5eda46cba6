/** The files of a bundle that a load needs, fetched together and taken apart. */

import { MemoError, type ErrorCode } from '../errors';
import type { Bundle, Bytes } from './bundle';
import { parseGolden } from './golden';
import {
  canRun,
  mapRoles,
  rolesOf,
  type ByRole,
  type GraphChoice,
  type GraphPlan,
  type Target,
} from './graph-plan';
import type { LoadProgress } from './load-progress';
import type { GoldenVectors } from './manifest';
import { graphsOf } from './manifest-files';

export interface GraphContent extends GraphChoice {
  readonly bytes: Bytes;
}

export interface BundleContents {
  readonly graphs: ByRole<GraphContent>;
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
  const choices = rolesOf(plan).flatMap((role) => plan[role] ?? []);
  const files = [tokenizer, tokenizerConfig, manifest.golden, ...choices.map(({ file }) => file)];
  progress.expect(files.reduce((sum, { bytes }) => sum + bytes, 0));
  const [pieces, config, golden, ...graphs] = await bundle.load(files, (bytes, item) =>
    progress.fetched(bytes, item),
  );
  const bytesOf = new Map(choices.map((choice, index) => [choice, graphs[index]]));
  if (!pieces || !config || !golden || graphs.length < choices.length) throw tooFew();
  return {
    graphs: mapRoles(plan, (choice) => {
      const bytes = bytesOf.get(choice);
      if (bytes === undefined) throw tooFew();
      return { ...choice, bytes };
    }),
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
  // of one manifest, and so with the same roles
  const graphs = { ...contents.graphs };
  for (const role of rolesOf(plan)) {
    const [wanted, here] = [plan[role], graphs[role]];
    if (wanted === undefined || here === undefined || wanted.file.path === here.file.path) continue;
    try {
      graphs[role] = { ...wanted, bytes: await fetchOne(bundle, wanted, progress) };
    } catch (error) {
      if (!(error instanceof MemoError) || !FETCH_FAULTS.has(error.code)) throw error;
      if (!canRun(here, target)) throw error;
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
  if (bytes === undefined) throw tooFew();
  return bytes;
}

function tooFew(): RangeError {
  return new RangeError('fewer files than were asked for');
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
