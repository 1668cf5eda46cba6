/** How often each stage runs, and how often it did. */

import type { Backend } from '../memobert/estimate';
import type { Rates } from './state';

export type StageName = keyof Rates;

export interface StageRate {
  /** Highest, in runs a second. */
  readonly hz: number;
  /** What it is lowered to before the next stage is. */
  readonly leastHz: number;
}

export type StageRates = Readonly<Record<StageName, StageRate>>;

/**
 * In this order rates fall on a machine too slow for all three: new answers from slightly older evidence tell more than fresh
 * evidence without answers.
 */
export const LOWERED_FIRST: readonly StageName[] = ['face', 'voice', 'fusion'];
/** Of the wall time, what computing may fill: the rest is the page's, and what keeps a wait short. */
const SHARE = 0.9;
const SAVER_SHARE = 0.3;
/** Of the battery saver. */
const SAVER_HZ: Rates = { face: 4, voice: 1, fusion: 1 };
const LEAST_HZ: Rates = { face: 2, voice: 0.5, fusion: 0.5 };

/**
 * The face's rate is the manifest's.
 * @param wish rates set by the caller; faces closer than the manifest's are not kept
 * @param saver spares the battery: no stage above {@link SAVER_HZ}
 */
export function stageRates(
  backend: Backend,
  faceHz: number,
  wish: Readonly<Partial<Rates>> = {},
  saver = false,
): StageRates {
  const rate = (name: StageName, highest: number): StageRate => {
    const hz = saver ? Math.min(highest, SAVER_HZ[name]) : highest;
    return { hz, leastHz: Math.min(hz, LEAST_HZ[name]) };
  };
  return {
    face: rate('face', Math.min(wish.face ?? faceHz, faceHz)),
    voice: rate('voice', wish.voice ?? 2),
    fusion: rate('fusion', wish.fusion ?? (backend === 'webgpu' ? 4 : 2)),
  };
}

/** A part of the time. */
const ROUNDING = 1e-12;

/**
 * The rates that fill no more than `share` of the time: first all at their highest, then each in turn down to its least,
 * then all in proportion.
 * @param costsMs of one run of each stage; 0 where nothing is known
 */
export function affordable(costsMs: Rates, rates: StageRates, share: number): Rates {
  const found = { face: rates.face.hz, voice: rates.voice.hz, fusion: rates.fusion.hz };
  const busy = () =>
    LOWERED_FIRST.reduce((sum, name) => sum + (found[name] * Math.max(0, costsMs[name])) / 1000, 0);
  for (const name of LOWERED_FIRST) {
    const over = busy() - share;
    // what rounding leaves over is nobody's to give
    if (over <= ROUNDING) return found;
    if (costsMs[name] <= 0) continue;
    found[name] = Math.max(rates[name].leastHz, found[name] - (over * 1000) / costsMs[name]);
  }
  const factor = Math.min(1, share / busy());
  return { face: found.face * factor, voice: found.voice * factor, fusion: found.fusion * factor };
}

/** Tells each stage how long to rest, from what all of them cost. */
export class Pace {
  /** Milliseconds; smoothed, so that one slow run (a shader compiled late) does not halve the rate. */
  readonly #costsMs = { face: 0, voice: 0, fusion: 0 };
  /** Of the stages that have run. */
  readonly #duesMs: Partial<Record<StageName, number>> = {};

  constructor(
    public rates: StageRates,
    public saver = false,
  ) {}

  /** What the stages may run at now, in runs a second. */
  get hz(): Rates {
    return affordable(this.#costsMs, this.rates, this.saver ? SAVER_SHARE : SHARE);
  }

  /**
   * Milliseconds from `nowMs` to the stage's next run. Missed turns are skipped, never made up for.
   * @param startedMs when the run started
   * @param costMs what it computed; waiting for others is no cost
   */
  rest(name: StageName, startedMs: number, nowMs: number, costMs: number): number {
    const before = this.#costsMs[name];
    this.#costsMs[name] = before === 0 ? costMs : before + 0.3 * (costMs - before);
    const intervalMs = 1000 / this.hz[name];
    // counted from when the turn was due, so that timers firing late do not add up to a lower rate
    const dueMs = this.#duesMs[name] ?? startedMs;
    const slack = startedMs - dueMs;
    const from = slack >= 0 && slack < intervalMs ? dueMs : startedMs;
    const restMs = Math.max(from + intervalMs - nowMs, 0);
    this.#duesMs[name] = nowMs + restMs;
    return restMs;
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
    const times = this.#times;
    while ((times[0] ?? nowMs) < nowMs - this.windowMs) times.shift();
    const [first = nowMs] = times;
    const last = times.at(-1) ?? nowMs;
    const gaps = times.length - 1;
    // the wait since the last run counts once it is longer than usual: a stalled stage must fall to 0
    const spanMs = Math.max(last - first, nowMs - first - (last - first) / gaps);
    return gaps > 0 && spanMs > 0 ? (gaps * 1000) / spanMs : 0;
  }
}
