/**
 * Takes out of a stream its offset, and what wanders as slowly as one: a pole and a zero. Converters have offsets, the encoder's layer norms
 * do not take them out, and windows that each lose their own mean share no frames.
 * Source: J. O. Smith, "Introduction to Digital Filters", DC blocker, https://ccrma.stanford.edu/~jos/filters/DC_Blocker.html
 */

/** Far below the last bit of 16: what dies away is silence, and never becomes denormal. */
const NOTHING = 1e-7;

export class HighPass {
  /** 1 passes everything. */
  readonly #pole: number;
  /** Of the highest frequency 1. */
  readonly #gain: number;
  /** The last sample in; null at the start, where the first one counts as there for ever. */
  #last: number | null = null;
  #out = 0;

  /** @param cutoffHz where half of the power is left; 0 passes everything */
  constructor(
    readonly cutoffHz: number,
    rateHz: number,
  ) {
    this.#pole = Math.exp((-2 * Math.PI * cutoffHz) / rateHz);
    this.#gain = (1 + this.#pole) / 2;
  }

  /** Changes the samples in place, and gives them back. */
  push(samples: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
    if (this.cutoffHz === 0) return samples;
    for (const [index, sample] of samples.entries()) {
      const out = this.#pole * this.#out + this.#gain * (sample - (this.#last ?? sample));
      this.#out = Math.abs(out) < NOTHING ? 0 : out;
      this.#last = sample;
      samples[index] = this.#out;
    }
    return samples;
  }

  /** Forgets the stream so far. */
  reset(): void {
    this.#last = null;
    this.#out = 0;
  }
}
