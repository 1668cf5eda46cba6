/**
 * What a few marked moments change: a bias for each word and one temperature, fitted to them by penalised maximum likelihood.
 * Of a bias, a bias with a temperature and prototypes of the mask's hidden state, this one was chosen: `tests/adaptation.test.ts`
 * measures all three with the shipped model.
 */

import { MemoError } from '../../errors';
import { softmax } from '../../memobert/distribution';
import { solve } from './solve';

/** A moment and the word that was right there. */
export interface Mark {
  /** Seconds on the source's clock. */
  readonly time: number;
  /** A label's id. */
  readonly word: string;
  /** What the model itself said, over the labels. */
  readonly probabilities: readonly number[];
}

/** `softmax(log p / temperature + bias)`. */
export interface Adaptation {
  readonly temperature: number;
  /** Added to each label's log probability, in the labels' order; 0 for all is none. */
  readonly bias: readonly number[];
}

/** Penalties, as if seen: the larger, the nearer few marks stay to the model's own answer. Measured as above. */
export interface Prior {
  readonly bias: number;
  readonly sharpness: number;
}
export const PRIOR: Prior = { bias: 1, sharpness: 16 };

/** Below it a probability says no more than "never", and its logarithm would outweigh everything. */
const LEAST = 1e-4;
const SHARPNESS = { least: 0.25, most: 2.5 };
const MOST_STEPS = 60;
const ENOUGH = 1e-9;

/** @returns a distribution, whatever was given */
export function adapt(
  probabilities: readonly number[],
  { temperature, bias }: Adaptation,
): readonly number[] {
  return softmax(logsOf(probabilities).map((log, at) => log / temperature + (bias[at] ?? 0)));
}

/**
 * Each word marked weighs the same, however often it was marked. Never NaN; with few marks near to no change at all.
 * @throws MemoError `marks-missing` for fewer than two different words
 */
export function fitAdaptation(
  labels: readonly string[],
  marks: readonly Mark[],
  prior: Prior = PRIOR,
): Adaptation {
  const told = marks.filter(({ word }) => labels.includes(word));
  const counts = new Map<string, number>();
  for (const { word } of told) counts.set(word, (counts.get(word) ?? 0) + 1);
  if (counts.size < 2) throw marksMissing(counts.size);
  const rows = told.map(({ word, probabilities }) => ({
    logs: logsOf(labels.map((_, at) => probabilities[at] ?? 0)),
    right: labels.indexOf(word),
    weight: told.length / (counts.size * (counts.get(word) ?? 1)),
  }));
  // the last place is the sharpness, 1 / temperature
  let at = [...labels.map(() => 0), 1];
  let cost = costAt(rows, at, prior);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const { gradient, hessian } = slopeAt(rows, at, prior);
    const direction = solve(hessian, gradient);
    const next = descend(rows, at, direction, cost, prior);
    if (next === null) break;
    const gained = cost - next.cost;
    ({ at, cost } = next);
    if (gained < ENOUGH) break;
  }
  return { temperature: 1 / (at.at(-1) ?? 1), bias: at.slice(0, -1) };
}

interface Row {
  readonly logs: readonly number[];
  readonly right: number;
  readonly weight: number;
}

/** Of a distribution, around 0; what is no number counts as never. */
function logsOf(probabilities: readonly number[]): number[] {
  const logs = probabilities.map((value) => Math.log(value > LEAST ? Math.min(value, 1) : LEAST));
  const mean = logs.reduce((a, b) => a + b, 0) / Math.max(1, logs.length);
  return logs.map((log) => log - mean);
}

function read(row: Row, at: readonly number[]): number[] {
  const sharpness = at.at(-1) ?? 1;
  return softmax(row.logs.map((log, label) => sharpness * log + (at[label] ?? 0)));
}

/** The first half step, quarter step... that costs less; null where none does. */
function descend(
  rows: readonly Row[],
  from: readonly number[],
  direction: readonly number[],
  cost: number,
  prior: Prior,
): { at: number[]; cost: number } | null {
  for (let length = 1; length > 1e-6; length /= 2) {
    const at = from.map((value, index) => value - length * (direction[index] ?? 0));
    const last = at.length - 1;
    at[last] = Math.min(Math.max(at[last] ?? 1, SHARPNESS.least), SHARPNESS.most);
    const next = costAt(rows, at, prior);
    if (next < cost) return { at, cost: next };
  }
  return null;
}

function costAt(rows: readonly Row[], at: readonly number[], prior: Prior): number {
  const missed = rows.reduce(
    (sum, row) => sum - row.weight * Math.log(Math.max(read(row, at)[row.right] ?? 0, Number.MIN_VALUE)),
    0,
  );
  return at.reduce((sum, value, index) => sum + penalty(value, index, at, prior), missed);
}

function penalty(value: number, index: number, { length }: readonly number[], prior: Prior): number {
  return index === length - 1 ? (prior.sharpness / 2) * (value - 1) ** 2 : (prior.bias / 2) * value ** 2;
}

function slopeAt(rows: readonly Row[], at: readonly number[], prior: Prior) {
  const size = at.length;
  const last = size - 1;
  const gradient = at.map((value, index) =>
    index === last ? prior.sharpness * (value - 1) : prior.bias * value,
  );
  const hessian = at.map((_, row) =>
    at.map((__, column) => (row !== column ? 0 : row === last ? prior.sharpness : prior.bias)),
  );
  const add = (row: number, column: number, value: number) => {
    const line = hessian[row];
    if (line !== undefined) line[column] = (line[column] ?? 0) + value;
  };
  for (const { logs, right, weight, ...rest } of rows) {
    const said = read({ logs, right, weight, ...rest }, at);
    const expected = said.reduce((sum, value, label) => sum + value * (logs[label] ?? 0), 0);
    let spread = 0;
    said.forEach((value, label) => {
      const off = value - (label === right ? 1 : 0);
      gradient[label] = (gradient[label] ?? 0) + weight * off;
      gradient[last] = (gradient[last] ?? 0) + weight * off * (logs[label] ?? 0);
      const beside = weight * value * ((logs[label] ?? 0) - expected);
      spread += beside * (logs[label] ?? 0);
      add(label, last, beside);
      add(last, label, beside);
      said.forEach((other, column) =>
        add(label, column, weight * value * ((label === column ? 1 : 0) - other)),
      );
    });
    add(last, last, spread);
  }
  return { gradient, hessian };
}

function marksMissing(words: number): MemoError {
  return new MemoError(
    'marks-missing',
    words === 0 ? 'No moment is marked.' : 'Only one word is marked: nothing tells it from the others.',
    'Mark moments of at least two different words.',
  );
}
