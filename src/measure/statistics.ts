/** Durations of many runs, in the few numbers that say something of them. */

/** Milliseconds. */
export interface Spread {
  /** The first run: what waits for something to be set up is in it, and in no other number. */
  readonly first: number;
  /** Of the others. */
  readonly median: number;
  /** Nearest rank: one that was measured. */
  readonly p95: number;
  /** How many the median is of. */
  readonly runs: number;
}

/** Null of less than two runs: one alone has no spread. */
export function spread(durationsMs: readonly number[]): Spread | null {
  const [first, ...others] = durationsMs;
  if (first === undefined || others.length === 0) return null;
  const sorted = others.toSorted((a, b) => a - b);
  return { first, median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), runs: sorted.length };
}

/** @param sorted ascending, not empty */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
