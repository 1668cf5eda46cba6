/** A timeline as stacked bands: probabilities over columns of time, and the outlines of what they fill. */

import { isWithheld } from '../memobert/reliability';
import type { Mark, Timeline } from '../recogniser';
import { marks, segments } from '../recogniser/timeline-marks';

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

/** Null where nothing stood. */
export function columnsOf(timeline: Timeline, count: number): (Column | null)[] {
  const { from, to } = rangeOf(timeline);
  const width = (to - from) / count;
  const sums = Array.from({ length: count }, () => timeline.labels.map(() => 0));
  const weights = Array<number>(count).fill(0);
  const withheld = Array<number>(count).fill(0);
  if (width > 0) {
    for (const { start, end, estimate } of segments(timeline)) {
      const last = Math.min(count - 1, Math.ceil((end - from) / width) - 1);
      for (let column = Math.max(0, Math.floor((start - from) / width)); column <= last; column += 1) {
        const left = from + column * width;
        const weight = Math.min(end, left + width) - Math.max(start, left);
        if (!(weight > 0)) continue;
        weights[column] = (weights[column] ?? 0) + weight;
        if (isWithheld(estimate)) withheld[column] = (withheld[column] ?? 0) + weight;
        estimate.probabilities.forEach((value, index) => {
          const sum = sums[column];
          if (sum !== undefined) sum[index] = (sum[index] ?? 0) + value * weight;
        });
      }
    }
  }
  return sums.map((sum, column) => {
    const weight = weights[column] ?? 0;
    if (!(weight > 0)) return null;
    return { values: sum.map((value) => value / weight), withheld: (withheld[column] ?? 0) >= weight / 2 };
  });
}

/** What is seen of a timeline. */
export interface Drawing {
  readonly range: Range;
  readonly columns: readonly (Column | null)[];
  readonly marks: readonly Mark[];
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
    const { estimates, reached } = timeline;
    if (this.#drawn !== null && this.#drawn.of.estimates === estimates) {
      const { of, answers, range } = this.#drawn;
      const more = reached - of.reached;
      const same = more === 0 && answers === estimates.length;
      if (same || (grows && more < (range.to - range.from) / this.count)) return this.#drawn;
    }
    const range = rangeOf(timeline);
    const columns = columnsOf(timeline, this.count);
    const seen = joined(marks(timeline), (range.to - range.from) / this.count);
    this.#drawn = { range, columns, marks: seen, of: timeline, answers: estimates.length };
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
  const found = runs(columns, withheld);
  return Array.from({ length: labels }, (_, label) =>
    found
      .map(({ from, to }) => {
        const inside = columns.slice(from, to).map((column) => {
          const values = column?.values ?? [];
          const lower = values.slice(0, label).reduce((a, b) => a + b, 0);
          return { lower, upper: lower + (values[label] ?? 0) };
        });
        const above = inside.map(({ upper }, index) => edge(from + index, from + index + 1, upper));
        const below = inside.map(({ lower }, index) => edge(from + index + 1, from + index, lower)).reverse();
        return `M${[...above, ...below].join('L')}Z`;
      })
      .join(''),
  );
}

function edge(start: number, end: number, height: number): string {
  const y = number(1 - height);
  return `${start} ${y}L${end} ${y}`;
}

function number(value: number): string {
  return String(Math.round(value * 1e4) / 1e4);
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
