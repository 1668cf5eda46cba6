/**
 * How much of a sound is cut off at full scale. Counted on the samples as they come: a resampler rounds the cut edges off.
 * Memory is of the last seconds alone.
 */

/** Full scale; converters that saturate give their last step or the one below. */
const FULL = 0.99;
/** Quieter is a pause: neither cut off nor anything to cut. */
const AUDIBLE = 0.01;

interface Counted {
  readonly endS: number;
  readonly audible: number;
  readonly clipped: number;
}

export class ClipMeter {
  #counted: Counted[] = [];

  constructor(private readonly windowS: number) {}

  /** @param timeS of the first sample */
  push(samples: Float32Array, sampleRateHz: number, timeS: number): void {
    let audible = 0;
    let clipped = 0;
    for (const sample of samples) {
      const size = Math.abs(sample);
      if (size >= AUDIBLE) audible += 1;
      if (size >= FULL) clipped += 1;
    }
    const last = this.#counted.at(-1);
    // a clock that went back: another source
    if (last !== undefined && timeS < last.endS - 1) this.#counted = [];
    const endS = timeS + samples.length / sampleRateHz;
    this.#counted = this.#counted.filter((before) => before.endS > endS - this.windowS);
    this.#counted.push({ endS, audible, clipped });
  }

  /** Of what was audible in the window, 0 to 1. */
  get share(): number {
    const sum = (of: 'audible' | 'clipped') => this.#counted.reduce((total, part) => total + part[of], 0);
    const audible = sum('audible');
    return audible === 0 ? 0 : sum('clipped') / audible;
  }

  reset(): void {
    this.#counted = [];
  }
}
