/** The estimates of a run over time: what the timeline shows and the exports write. */

import type { Estimate } from '../memobert/estimate';
import type { FaceChoice } from './chosen-faces';
import { lasting } from './lasting';
import { SaidLog } from './said-log';

export interface Timeline {
  /** Of the file; null for a live source. */
  readonly name: string | null;
  /** Length of the file; null for a live source. */
  readonly seconds: number | null;
  /** Seconds on the source's clock: what lies before is in the estimates, or there was no evidence. */
  readonly reached: number;
  /**
   * Milliseconds since 1970 at second 0 of the source's clock; missing where that is no date's: of a file, of what is pushed, and in
   * what versions before 0.2 saved.
   */
  readonly began?: number;
  readonly prompt: string;
  readonly labels: readonly string[];
  /** Whether there was a picture and a sound at all, as it began: else their absence is nothing to mark. */
  readonly given: { readonly face: boolean; readonly voice: boolean };
  /** Oldest first. */
  readonly estimates: readonly Estimate[];
}

/** Estimates beyond this are dropped, oldest first, from a live source: about an hour of 4 a second. */
const MOST_LIVE = 14_400;

/** Seconds that an estimate stands at most: what is further away had no evidence. No clock is exact. */
export function holdOf({ interval = 0 }: Estimate): number {
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

/** Writes a timeline down as it comes; each look at it is a new object over the same list. */
export class Recorder {
  #estimates: Estimate[] = [];
  #reached = 0;
  readonly #words = new Map<string, string>();
  /** What a file's estimates were told of words. */
  readonly said = new SaidLog();
  #about: Omit<Timeline, 'estimates' | 'reached'> | null;

  /**
   * @param about null before the first run
   * @param choices whom to follow in the file
   */
  constructor(
    about: Omit<Timeline, 'estimates' | 'reached'> | null = null,
    public choices: readonly FaceChoice[] = [],
  ) {
    this.#about = about;
  }

  /**
   * @param reached seconds; also where there was no estimate
   * @param prompt that the estimate answers
   */
  add(estimate: Estimate | null, reached: number, prompt: string): void {
    this.#reached = Math.max(this.#reached, reached);
    if (estimate === null || this.#about === null) return;
    const { labels } = this.#about;
    if (prompt !== this.#about.prompt || estimate.labels.join() !== labels.join()) {
      // asked otherwise from here on: the bands before mean nothing beside these
      this.#estimates = [];
      this.#about = { ...this.#about, prompt, labels: estimate.labels };
    }
    // one list of labels for all, not one each
    this.#estimates.push({ ...lasting(estimate, this.#words), labels: this.#about.labels });
    if (this.#about.seconds === null && this.#estimates.length > MOST_LIVE) {
      this.#estimates = this.#estimates.slice(MOST_LIVE / 10);
    }
  }

  /** Every estimate anew: an adaptation came, changed or went. */
  rewrite(change: (estimate: Estimate) => Estimate): void {
    this.#estimates = this.#estimates.map(change);
  }

  /** Null before the first run. */
  get timeline(): Timeline | null {
    return this.#about === null
      ? null
      : { ...this.#about, reached: this.#reached, estimates: this.#estimates };
  }
}
