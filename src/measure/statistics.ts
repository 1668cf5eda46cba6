/** Durations of many runs, in the few numbers that say something of them. */

/** Milliseconds. */
export interface Spread {
  /** The first run: what waits for something to be set up is in it, and in no other number. */
  readonly first: number;
  /** Of the others. */
  readonly median: number;
  /** Nearest rank: one that was measured. */
  readonly p95: number;
  /** Nearest rank; of fewer than a hundred runs the longest. Missing in what versions before 0.2 measured. */
  readonly p99?: number;
  /** How many the median is of. */
  readonly runs: number;
}

/** Null of less than two runs: one alone has no spread. */
export function spread(durationsMs: readonly number[]): Spread | null {
  const [first, ...others] = durationsMs;
  if (first === undefined || others.length === 0) return null;
  const sorted = others.toSorted((a, b) => a - b);
  const [median = 0, p95 = 0, p99 = 0] = [0.5, 0.95, 0.99].map((share) => quantile(sorted, share));
  return { first, median, p95, p99, runs: sorted.length };
}

/** @param sorted ascending, not empty */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
