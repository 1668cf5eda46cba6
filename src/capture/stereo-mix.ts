/** Two channels as one: their mean, or the louder alone where the mean would lose it. */

/** Of the louder one's power; the mean of a voice in one channel has a quarter of it, that of two that are alike all, of any two half. */
const LEAST_POWER = 1 / 3;
/** What a chunk's powers still count at the next: a choice holds through pauses, and changes within a second. */
const KEPT = 0.95;

export class StereoMix {
  /** Of left and right, and of one times the other, over the last chunks. */
  #left = 0;
  #right = 0;
  #both = 0;
  /** The left one's part in the last sample; null before any. */
  #part: number | null = null;

  /** @param left and as long as `right`; neither is changed */
  mix(left: Float32Array, right: Float32Array): Float32Array<ArrayBuffer> {
    const to = this.#partOf(left, right);
    const from = this.#part ?? to;
    this.#part = to;
    // from one choice to another over a chunk: a step would click
    return left.map((sample, index) => {
      const other = right[index] ?? 0;
      return other + (from + ((to - from) * (index + 1)) / left.length) * (sample - other);
    });
  }

  #partOf(left: Float32Array, right: Float32Array): number {
    this.#left = added(this.#left, left, left);
    this.#right = added(this.#right, right, right);
    this.#both = added(this.#both, left, right);
    const mean = (this.#left + this.#right + 2 * this.#both) / 4;
    if (mean >= LEAST_POWER * Math.max(this.#left, this.#right)) return 0.5;
    return this.#left > this.#right ? 1 : 0;
  }
}

/** Samples that are no numbers count as silence. */
function added(before: number, some: Float32Array, others: Float32Array): number {
  return some.reduce((sum, sample, index) => sum + (sample * (others[index] ?? 0) || 0), KEPT * before);
}
