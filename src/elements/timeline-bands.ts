/** A timeline as stacked bands: probabilities over columns of time, and the outlines of what they fill. */

import { isWithheld } from '../memobert/reliability';
import type { Mark, Timeline } from '../recogniser';
import { marksAmong, segments, type Segment } from '../recogniser/timeline-marks';

/** Seconds. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** What stood in a stretch of time. */
export interface Column {
  /** Mean probabilities, weighted by how long each stood. */
  readonly values: readonly number[];
  /** For at least half of it the answer was withheld: nothing is to be shown as one. */
  readonly withheld: boolean;
}

/** A file from its beginning to its end, a live source from its first estimate to now. */
export function rangeOf({ name, seconds, estimates, reached }: Timeline): Range {
  const from = name === null ? (estimates[0]?.time ?? 0) : 0;
  return { from, to: Math.max(seconds ?? reached, from) };
}

/**
 * Null where nothing stood.
 * @param all the timeline's segments, where somebody has them
 */
export function columnsOf(
  timeline: Timeline,
  count: number,
  all: readonly Segment[] = segments(timeline),
): (Column | null)[] {
  const { from, to } = rangeOf(timeline);
  const width = (to - from) / count;
  const { length } = timeline.labels;
  const sums = new Float64Array(count * length);
  const weights = new Float64Array(count);
  const withheld = new Float64Array(count);
  const add = (to: Float64Array, at: number, value: number) => (to[at] = (to[at] ?? 0) + value);
  for (const { start, end, estimate } of width > 0 ? all : []) {
    const last = Math.min(count - 1, Math.ceil((end - from) / width) - 1);
    for (let column = Math.max(0, Math.floor((start - from) / width)); column <= last; column += 1) {
      const left = from + column * width;
      const weight = Math.min(end, left + width) - Math.max(start, left);
      if (!(weight > 0)) continue;
      add(weights, column, weight);
      if (isWithheld(estimate)) add(withheld, column, weight);
      for (let label = 0; label < length; label += 1) {
        add(sums, column * length + label, (estimate.probabilities[label] ?? 0) * weight);
      }
    }
  }
  return Array.from(weights, (weight, column) => {
    if (!(weight > 0)) return null;
    const values = Array.from(sums.subarray(column * length, (column + 1) * length), (sum) => sum / weight);
    return { values, withheld: (withheld[column] ?? 0) >= weight / 2 };
  });
}

/** What is seen of a timeline. */
export interface Drawing {
  readonly range: Range;
  readonly columns: readonly (Column | null)[];
  readonly marks: readonly Mark[];
  /** {@link bandPaths} of the columns with an answer, and of those in which it was withheld. */
  readonly bands: { readonly clear: readonly string[]; readonly pale: readonly string[] };
}

/**
 * Draws a timeline that grows: anew once there is a column more to see. All answers are gone through for it, so that of hours each
 * answer would cost more than the one before.
 */
export class Drawer {
  #drawn: (Drawing & { readonly of: Timeline; readonly answers: number }) | null = null;

  constructor(private readonly count: number) {}

  /** @param grows more will come: less than a column may be missing at the end */
  draw(timeline: Timeline, grows: boolean): Drawing {
    const { estimates, labels, reached } = timeline;
    if (this.#drawn !== null && this.#drawn.of.estimates === estimates) {
      const { of, answers, range } = this.#drawn;
      const more = reached - of.reached;
      const same = more === 0 && answers === estimates.length;
      if (same || (grows && more < (range.to - range.from) / this.count)) return this.#drawn;
    }
    const range = rangeOf(timeline);
    const all = segments(timeline);
    const columns = columnsOf(timeline, this.count, all);
    const seen = joined(marksAmong(timeline, all), (range.to - range.from) / this.count);
    const [clear, pale] = [false, true].map((withheld) => bandPaths(columns, labels.length, withheld));
    const drawing = { range, columns, marks: seen, bands: { clear: clear ?? [], pale: pale ?? [] } };
    this.#drawn = { ...drawing, of: timeline, answers: estimates.length };
    return this.#drawn;
  }
}

/** Those of a kind that lie closer than `seconds` are one: nobody sees the gap, and hours would bring hundreds. */
export function joined(marks: readonly Mark[], seconds: number): Mark[] {
  const found: Mark[] = [];
  const last = new Map<Mark['kind'], number>();
  for (const mark of marks) {
    const at = last.get(mark.kind);
    const before = at === undefined ? undefined : found[at];
    if (at !== undefined && before !== undefined && mark.start - before.end < seconds) {
      found[at] = { ...before, end: Math.max(before.end, mark.end) };
    } else {
      last.set(mark.kind, found.length);
      found.push(mark);
    }
  }
  return found;
}

/**
 * For each label an SVG path in a box of `columns.length` by 1, the first label at the bottom.
 * @param withheld of these columns, or of the others
 */
export function bandPaths(columns: readonly (Column | null)[], labels: number, withheld: boolean): string[] {
  const paths = Array<string>(labels).fill('');
  for (const { from, to } of runs(columns, withheld)) {
    const sums = Array<number>(to - from).fill(0);
    let below = edge(from, sums);
    for (let label = 0; label < labels; label += 1) {
      for (let index = 0; index < sums.length; index += 1) {
        sums[index] = (sums[index] ?? 0) + (columns[from + index]?.values[label] ?? 0);
      }
      const above = edge(from, sums);
      paths[label] += `M${[...above, ...below.reverse()].join('L')}Z`;
      below = above;
    }
  }
  return paths;
}

/** From left to right over columns from `from` on; neighbours that are equally high are one step. */
function edge(from: number, heights: readonly number[]): string[] {
  const found: string[] = [];
  let before = '';
  heights.forEach((height, index) => {
    const y = String(Math.round((1 - height) * 1e4) / 1e4);
    if (y === before) found.pop();
    else found.push(`${from + index} ${y}`);
    found.push(`${from + index + 1} ${y}`);
    before = y;
  });
  return found;
}

/** Stretches of such columns. */
export function runs(columns: readonly (Column | null)[], withheld: boolean): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  columns.forEach((column, index) => {
    if (column?.withheld !== withheld) return;
    const last = found.at(-1);
    if (last?.to === index) last.to = index + 1;
    else found.push({ from: index, to: index + 1 });
  });
  return found;
}
