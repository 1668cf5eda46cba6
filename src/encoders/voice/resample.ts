/**
 * Any sample rate -> another, as a stream: a polyphase windowed-sinc filter (Kaiser window).
 * Source: J. O. Smith, "Digital Audio Resampling", https://ccrma.stanford.edu/~jos/resample/
 *
 * Browsers differ in what `AudioContext` resamples and how well; the encoder was trained on band-limited speech, so we do it here.
 */
import { MemoError } from '../../errors';

/** Zero crossings of the sinc on each side: the transition takes 1 kHz of the 8 kHz at 16 kHz out, the delay is 2 ms. */
const ZERO_CROSSINGS = 32;
/** Cutoff as a part of the lower of both Nyquist rates: below it by half of the transition, so that what folds back is stopped. */
const ROLL_OFF = 0.93;
/** 70 dB and more in the stop band (Kaiser 1974: 0.1102 (A - 8.7)). */
const KAISER_BETA = 7.2;
/** Filters at most; 11,025 Hz has as many phases. Between two of them a line will do, 120 dB below the sound (the source's section on it). */
const MOST_FILTERS = 640;
const LEAST_RATE_HZ = 3_000;
export const MOST_RATE_HZ = 768_000;

export class Resampler {
  /** `rateOut / rateIn = #up / #down` in lowest terms. */
  readonly #up: number;
  readonly #down: number;
  /** Input samples on each side of an output sample that take part. */
  readonly #half: number;
  readonly #cutoff: number;
  /** Places between two input samples that have a filter of their own: each phase, unless there are too many. */
  readonly #places: number;
  /** By their place, made when first asked for. */
  readonly #filters = new Map<number, Float32Array>();
  /** Input kept for the next output samples; starts with silence. */
  #kept: Float32Array;
  /** Where the next output sample lies: at `#kept[#at]` plus `#phase / #up` of a sample. */
  #at: number;
  #phase = 0;

  /** @throws MemoError `input-invalid` for a rate no audio hardware has. */
  constructor(
    readonly rateInHz: number,
    readonly rateOutHz: number,
  ) {
    for (const rate of [rateInHz, rateOutHz]) {
      if (!Number.isInteger(rate) || rate < LEAST_RATE_HZ || rate > MOST_RATE_HZ) {
        throw new MemoError(
          'input-invalid',
          `A sample rate of ${String(rate)} Hz cannot be resampled.`,
          `Give whole Hz between ${String(LEAST_RATE_HZ)} and ${String(MOST_RATE_HZ)}.`,
        );
      }
    }
    const divisor = greatestCommonDivisor(rateInHz, rateOutHz);
    this.#up = rateOutHz / divisor;
    this.#down = rateInHz / divisor;
    this.#places = Math.min(this.#up, MOST_FILTERS);
    const ratio = Math.min(1, rateOutHz / rateInHz);
    this.#cutoff = ratio * ROLL_OFF;
    this.#half = this.#up === this.#down ? 0 : Math.ceil(ZERO_CROSSINGS / ratio);
    this.#kept = new Float32Array(this.#half);
    this.#at = this.#half;
  }

  /** Seconds by which the next output sample lies before the next input sample. */
  get delayS(): number {
    return (this.#kept.length - this.#at - this.#phase / this.#up) / this.rateInHz;
  }

  /**
   * @param samples mono, at `rateInHz`; not kept, not changed
   * @returns all output samples that are settled; once silence has followed n input samples, ceil(n * rateOut / rateIn) are theirs
   */
  push(samples: Float32Array): Float32Array<ArrayBuffer> {
    if (this.#half === 0) return samples.slice();
    const input = new Float32Array(this.#kept.length + samples.length);
    input.set(this.#kept);
    input.set(samples, this.#kept.length);
    return this.#run(input);
  }

  /** Forgets the stream so far. */
  reset(): void {
    this.#kept = new Float32Array(this.#half);
    this.#at = this.#half;
    this.#phase = 0;
  }

  /** Output samples that no later input changes; keeps what the next need of this one. */
  #run(input: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
    const left = (input.length - this.#half - this.#at) * this.#up - this.#phase;
    const output = new Float32Array(Math.max(0, Math.ceil(left / this.#down)));
    const taps = 2 * this.#half;
    for (let index = 0; index < output.length; index++) {
      const filter = this.#weights();
      const first = this.#at - this.#half + 1;
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) sum += (input[first + tap] ?? 0) * (filter[tap] ?? 0);
      output[index] = sum;
      this.#phase += this.#down;
      this.#at += Math.floor(this.#phase / this.#up);
      this.#phase %= this.#up;
    }
    // The last output may have stepped over samples that are not here yet.
    const drop = Math.max(0, Math.min(this.#at - this.#half, input.length));
    this.#kept = input.slice(drop);
    this.#at -= drop;
    return output;
  }

  /** Of the present phase. */
  #weights(): Float32Array {
    const place = (this.#phase * this.#places) / this.#up;
    const before = Math.floor(place);
    const filter = this.#filter(before);
    if (place === before) return filter;
    const next = this.#filter(before + 1);
    return filter.map((weight, tap) => weight + (place - before) * ((next[tap] ?? 0) - weight));
  }

  /** [2 half]: weights of the input samples around a point `place / places` after sample `half - 1`. */
  #filter(place: number): Float32Array {
    const known = this.#filters.get(place);
    if (known) return known;
    const weights = new Float64Array(2 * this.#half);
    let total = 0;
    for (let tap = 0; tap < weights.length; tap++) {
      const distance = tap - this.#half + 1 - place / this.#places;
      const weight = sinc(distance * this.#cutoff) * kaiser(distance / this.#half);
      weights[tap] = weight;
      total += weight;
    }
    // Sums to 1 for each place: no ripple on a constant, and the gain of the cutoff goes out with it.
    const filter = Float32Array.from(weights, (weight) => weight / total);
    this.#filters.set(place, filter);
    return filter;
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Over -1..1; 0 outside. */
function kaiser(x: number): number {
  return Math.abs(x) > 1 ? 0 : bessel(KAISER_BETA * Math.sqrt(1 - x * x)) / bessel(KAISER_BETA);
}

/** Modified Bessel function of the first kind, order 0, by its series. */
function bessel(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
