/**
 * Puts sample counts on the source's clock. Chunks are posted late by what the audio thread was busy with, so the audio clock is
 * trusted for the distance between them and the source's clock only for where they begin.
 */

/** Beyond this the audio clock stood still (a context suspended) or ran away: begin anew. */
const MOST_DRIFT_SECONDS = 0.5;

export class AudioTimeline {
  /** Source time of audio frame 0; the earliest seen, for no chunk is posted before it was said. */
  #origin: number | null = null;

  constructor(private readonly sampleRateHz: number) {}

  /**
   * Seconds on the source's clock of a chunk's first sample.
   * @param startFrame its number on the audio clock
   * @param now seconds on the source's clock, as it was posted: a page busy for a second would look like an audio clock at rest
   */
  time(startFrame: number, length: number, now: number): number {
    const origin = now - (startFrame + length) / this.sampleRateHz;
    if (this.#origin === null || origin < this.#origin || origin - this.#origin > MOST_DRIFT_SECONDS) {
      this.#origin = origin;
    }
    return this.#origin + startFrame / this.sampleRateHz;
  }
}
