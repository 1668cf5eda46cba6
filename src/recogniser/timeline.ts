/** The estimates of a run over time: what the timeline shows and the exports write. */

import type { Estimate } from '../memobert/estimate';

/** What a source gives at all, whether or not somebody is seen or heard in it. */
export interface Given {
  /** A picture. */
  readonly face: boolean;
  /** A sound. */
  readonly voice: boolean;
}

/** What a source gave from a time on. */
export interface GivenFrom extends Given {
  /** Seconds on the source's clock. */
  readonly from: number;
}

export interface Timeline {
  /** Of the file; null for a live source. */
  readonly name: string | null;
  /** Length of the file; null for a live source. */
  readonly seconds: number | null;
  /**
   * Seconds on the source's clock: what lies before, and after `from`, is in the estimates, or there was no evidence, or nobody looked
   * (`givenFrom`).
   */
  readonly reached: number;
  /** Seconds up to which a live run's estimates were dropped, for it has the last 14,400 at most; missing where it has them all. */
  readonly from?: number | undefined;
  /**
   * Milliseconds since 1970 at second 0 of the source's clock; missing where that is no date's: of a file, of what is pushed, and in
   * what versions before 0.2 saved.
   */
  readonly began?: number;
  readonly prompt: string;
  readonly labels: readonly string[];
  /** Whether there was a picture and a sound at all: else their absence is nothing to mark. */
  readonly given: Given;
  /**
   * Each of it from when on, oldest first, where devices were switched, refused or ended meanwhile, or where nobody looked or listened:
   * the page was hidden, or the machine too busy. Else missing.
   */
  readonly givenFrom?: readonly GivenFrom[];
  /** Oldest first. */
  readonly estimates: readonly Estimate[];
}

/** Seconds that an estimate stands at most: what is further away had no evidence. No clock is exact. */
export function holdOf({ interval = 0 }: Pick<Estimate, 'interval'>): number {
  return Math.max(1, 1.5 * interval);
}

/** The estimate that stands at a time: of a file the one that it leads up to, of a live source the last; null in a gap. */
export function estimateAt({ name, estimates }: Timeline, time: number): Estimate | null {
  const found =
    name === null
      ? estimates.findLast((estimate) => estimate.time <= time)
      : estimates.find((estimate) => estimate.time >= time);
  return found !== undefined && Math.abs(time - found.time) <= holdOf(found) ? found : null;
}
