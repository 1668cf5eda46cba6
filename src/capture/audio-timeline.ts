/**
 * Puts sample counts on the source's clock. Chunks are posted late by what the audio thread was busy with, so the audio clock is
 * trusted for the distance between them and the source's clock only for where they begin.
 */

/** Beyond this the audio clock stood still (a context suspended) or ran away: begin anew. */
const MOST_DRIFT_SECONDS = 0.5;
/** Of so long at least the earliest is taken, of twice as long at most: what a busy audio thread loses, and what clocks differ by, adds up. */
const STRETCH_SECONDS = 5;

export class AudioTimeline {
  /** Source time of audio frame 0, the earliest seen in this stretch and in the one before: no chunk is posted before it was said. */
  #origin = Infinity;
  #before = Infinity;
  /** When this stretch began. */
  #since = -Infinity;

  constructor(private readonly sampleRateHz: number) {}

  /**
   * Seconds on the source's clock of a chunk's first sample.
   * @param startFrame its number on the audio clock
   * @param now seconds on the source's clock, as it was posted: a page busy for a second would look like an audio clock at rest
   */
  time(startFrame: number, length: number, now: number): number {
    const origin = now - (startFrame + length) / this.sampleRateHz;
    if (now - this.#since > STRETCH_SECONDS) this.#begin(this.#origin, now);
    this.#origin = Math.min(this.#origin, origin);
    if (origin - this.#earliest > MOST_DRIFT_SECONDS) {
      this.#begin(Infinity, now);
      this.#origin = origin;
    }
    return this.#earliest + startFrame / this.sampleRateHz;
  }

  get #earliest(): number {
    return Math.min(this.#before, this.#origin);
  }

  #begin(before: number, now: number): void {
    this.#before = before;
    this.#origin = Infinity;
    this.#since = now;
  }
}
