/** The files of a bundle that a load needs, fetched together and taken apart. */

import { MemoError } from '../errors';
import type { Bundle, Bytes } from './bundle';
import { parseGolden } from './golden';
import type { LoadProgress } from './load-progress';
import {
  GRAPHS,
  type GoldenVectors,
  type GraphFile,
  type GraphName,
  type Manifest,
  type Precision,
} from './manifest';

export interface BundleContents {
  readonly graphs: Readonly<Record<GraphName, Bytes>>;
  /** Parsed, not checked further. */
  readonly tokenizer: unknown;
  readonly tokenizerConfig: unknown;
  readonly golden: GoldenVectors;
}

/**
 * @param precisions of a graph's files, the first of these that is there
 * @throws MemoError `file-missing`, `model-integrity`, `manifest-invalid`
 */
export async function fetchContents(
  bundle: Bundle,
  precisions: readonly Precision[],
  progress: LoadProgress,
): Promise<BundleContents> {
  const { manifest } = bundle;
  const graphFiles = GRAPHS.map((name) => choose(manifest, name, precisions));
  const { tokenizer, tokenizerConfig } = manifest.text;
  const files = [tokenizer, tokenizerConfig, manifest.golden, ...graphFiles];
  progress.expect(files.reduce((sum, { bytes }) => sum + bytes, 0));
  const [pieces, config, golden, denseface, wav2vec2, memobert] = await bundle.load(files, (bytes, item) =>
    progress.fetched(bytes, item),
  );
  if (!pieces || !config || !golden || !denseface || !wav2vec2 || !memobert) {
    throw new RangeError('fewer files than were asked for');
  }
  return {
    graphs: { denseface, wav2vec2, memobert },
    tokenizer: parseJson(pieces, tokenizer.path),
    tokenizerConfig: parseJson(config, tokenizerConfig.path),
    golden: parseGolden(golden),
  };
}

function choose(manifest: Manifest, name: GraphName, precisions: readonly Precision[]): GraphFile {
  const files = manifest.graphs[name];
  const precision = precisions.find((wanted) => files[wanted] !== undefined);
  const file = precision === undefined ? undefined : files[precision];
  if (file !== undefined) return file;
  throw new MemoError(
    'manifest-invalid',
    `The manifest has no file of the graph ${name} as ${precisions.join(' or ')}.`,
    'Export the bundle again.',
  );
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
