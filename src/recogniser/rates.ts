/** How often each stage runs, and how often it did. */

import type { Backend } from '../memobert/estimate';
import type { Rates } from './state';

export interface StageRate {
  /** Highest, in runs a second. */
  readonly hz: number;
  /** Of the wall time, what this stage's own computing may fill; a slower stage runs less often. */
  readonly share: number;
}

/**
 * The face's rate is the manifest's. The shares favour the estimate: on a machine too slow for all three, new answers
 * from slightly older evidence tell more than fresh evidence without answers.
 * @param wish rates set by the caller; faces closer than the manifest's are not kept
 */
export function stageRates(
  backend: Backend,
  faceHz: number,
  wish: Readonly<Partial<Rates>> = {},
): Record<keyof Rates, StageRate> {
  return {
    face: { hz: Math.min(wish.face ?? faceHz, faceHz), share: 0.4 },
    voice: { hz: wish.voice ?? 2, share: 0.3 },
    fusion: { hz: wish.fusion ?? (backend === 'webgpu' ? 4 : 2), share: 0.5 },
  };
}

/** Tells a stage how long to rest. */
export class Pacer {
  /** Milliseconds; smoothed, so that one slow run (a shader compiled late) does not halve the rate. */
  #costMs = 0;
  #dueMs = Number.NEGATIVE_INFINITY;

  constructor(public rate: StageRate) {}

  get intervalMs(): number {
    return Math.max(1000 / this.rate.hz, this.#costMs / this.rate.share);
  }

  /**
   * Milliseconds from `nowMs` to the next run. Missed turns are skipped, never made up for.
   * @param startedMs when the run started
   * @param costMs what it computed; waiting for others is no cost
   */
  rest(startedMs: number, nowMs: number, costMs: number): number {
    this.#costMs = this.#costMs === 0 ? costMs : this.#costMs + 0.3 * (costMs - this.#costMs);
    // counted from when the turn was due, so that timers firing late do not add up to a lower rate
    const slack = startedMs - this.#dueMs;
    const from = slack >= 0 && slack < this.intervalMs ? this.#dueMs : startedMs;
    this.#dueMs = Math.max(from + this.intervalMs, nowMs);
    return this.#dueMs - nowMs;
  }
}

/** Runs a second over the last seconds. */
export class RateMeter {
  readonly #times: number[] = [];

  constructor(private readonly windowMs = 3000) {}

  count(nowMs: number): void {
    this.#times.push(nowMs);
  }

  /** Hz, from the gaps between the runs seen; 0 until there are two. */
  rate(nowMs: number): number {
    while (this.#times.length > 0 && (this.#times[0] ?? 0) < nowMs - this.windowMs) this.#times.shift();
    const first = this.#times[0];
    if (first === undefined || this.#times.length < 2) return 0;
    // the wait since the last run counts once it is longer than usual: a stalled stage must fall to 0
    const last = this.#times[this.#times.length - 1] ?? nowMs;
    const gapMs = (last - first) / (this.#times.length - 1);
    const spanMs = Math.max(last - first, nowMs - first - gapMs);
    return spanMs > 0 ? ((this.#times.length - 1) * 1000) / spanMs : 0;
  }
}
