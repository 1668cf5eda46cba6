/** The bundle's golden vectors: what PyTorch answered, against what this browser's backend answers. */

import { MemoError } from '../errors';
import { softmax } from '../memobert/distribution';
import { parseJson } from './checked-files';
import type { Graph, PlainTensor } from './graph';
import type { Differences, GoldenCase, GoldenTensor, GoldenVectors, GraphName } from './manifest';

const FILE = 'The file that the manifest names as "golden"';

/**
 * @param graphs those of the bundle: each has its own, run here or not
 * @throws MemoError `manifest-invalid` when it is no file of golden vectors of all of them
 */
export function parseGolden(bytes: Uint8Array, graphs: readonly GraphName[]): GoldenVectors {
  const json = parseJson(bytes, FILE);
  return Object.fromEntries(
    graphs.map((name) => {
      const entry = isRecord(json) ? json[name] : undefined;
      if (!isCase(entry)) throw invalid(name);
      return [name, entry];
    }),
  );
}

/** @throws MemoError `manifest-invalid` when there are none */
export function goldenOf(vectors: GoldenVectors, name: GraphName): GoldenCase {
  const found = vectors[name];
  if (found === undefined) throw invalid(name);
  return found;
}

/** What differs, as words; null when every stored output is met. */
export async function differenceToGolden(
  graph: Graph,
  { inputs, outputs }: GoldenCase,
  tolerance: Differences,
): Promise<string | null> {
  const answers = await graph.run(
    Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, toPlain(tensor)])),
  );
  for (const [name, expected] of Object.entries(outputs)) {
    const differs = compare(answers[name], expected, name.endsWith('logits'), tolerance);
    if (differs !== null) return `${name} ${differs}`;
  }
  return null;
}

function compare(
  answer: PlainTensor | undefined,
  expected: GoldenTensor,
  logits: boolean,
  tolerance: Differences,
): string | null {
  if (answer?.type !== 'float32') return 'is missing';
  if (answer.dims.join() !== expected.dims.join()) {
    return `has the shape [${answer.dims.join(', ')}], not [${expected.dims.join(', ')}]`;
  }
  const got = answer.data.subarray(0, expected.data.length);
  const width = expected.dims.at(-1) ?? 1;
  const whole = logits && expected.data.length % width === 0;
  return whole
    ? compareDistributions(got, expected.data, width, tolerance.probability)
    : compareFeatures(got, expected.data, tolerance.feature);
}

/** Row by row: logits are only ever read through a softmax. */
function compareDistributions(
  got: ArrayLike<number>,
  expected: readonly number[],
  width: number,
  most: number,
): string | null {
  for (let start = 0; start < expected.length; start += width) {
    const mine = softmax(Array.from({ length: width }, (_, index) => got[start + index] ?? NaN));
    const theirs = softmax(expected.slice(start, start + width));
    const largest = maximum(mine.map((value, index) => Math.abs(value - (theirs[index] ?? NaN))));
    // not `largest > most`: NaN must not pass
    if (!(largest <= most)) return `differs by ${largest.toExponential(1)} in probability`;
    if (mine.indexOf(maximum(mine)) !== theirs.indexOf(maximum(theirs))) return 'has its maximum elsewhere';
  }
  return null;
}

function compareFeatures(got: ArrayLike<number>, expected: readonly number[], most: number): string | null {
  const scale = Math.max(1, maximum(expected.map(Math.abs)));
  const largest = maximum(expected.map((value, index) => Math.abs(value - (got[index] ?? NaN)))) / scale;
  return largest <= most ? null : `differs by ${largest.toExponential(1)} of the largest`;
}

/** NaN if one is; a spread into `Math.max` would overflow the stack on a vocabulary. */
function maximum(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}

function toPlain({ type, dims, data }: GoldenTensor): PlainTensor {
  return type === 'int32'
    ? { type, dims, data: Int32Array.from(data) }
    : { type, dims, data: Float32Array.from(data) };
}

function isCase(entry: unknown): entry is GoldenCase {
  return isRecord(entry) && holdsTensors(entry['inputs'], true) && holdsTensors(entry['outputs'], false);
}

/** @param complete whether the data must fill the shape; outputs may be a prefix */
function holdsTensors(value: unknown, complete: boolean): boolean {
  if (!isRecord(value) || Object.keys(value).length === 0) return false;
  return Object.values(value).every((tensor) => {
    if (!isRecord(tensor) || (tensor['type'] !== 'float32' && tensor['type'] !== 'int32')) return false;
    const { dims, data } = tensor;
    if (!areNumbers(dims, isDim) || !areNumbers(data, tensor['type'] === 'int32' ? isInt32 : isFloat32)) {
      return false;
    }
    const size = dims.reduce((product, dim) => product * dim, 1);
    return complete ? data.length === size : data.length > 0 && data.length <= size;
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function areNumbers(value: unknown, each: (entry: number) => boolean): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'number' && each(entry));
}

function isDim(entry: number): boolean {
  return Number.isSafeInteger(entry) && entry > 0;
}

function isInt32(entry: number): boolean {
  return (entry | 0) === entry;
}

/** JSON writes what no 32-bit float holds: 1e999, 1e39. */
function isFloat32(entry: number): boolean {
  return Number.isFinite(Math.fround(entry));
}

function invalid(graph: GraphName): MemoError {
  return new MemoError(
    'manifest-invalid',
    `${FILE} holds no golden vectors of the graph ${graph}.`,
    'Export the bundle again.',
  );
}
