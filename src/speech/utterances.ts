/**
 * Decides what to transcribe: the utterance that is being spoken, again and again while it grows, and once more for good when
 * it is over. One piece at a time; whoever is slow gets the newest, so nothing ever queues.
 */

/** Silence that ends an utterance. */
const PAUSE_S = 0.7;
/** Kept before and after: gates are late at soft beginnings. */
const MARGIN_S = 0.25;
/** New speech worth another guess. */
const GROWTH_S = 0.8;
/** An utterance is cut here, though nobody paused: half of what Whisper hears at once, and costs accordingly. */
const MOST_S = 15;
/** Shorter than that no word is. */
const LEAST_S = 0.2;

/** Sample indexes; `end` is one past the last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Utterance extends Span {
  /** It is over: what is heard in it now stays. */
  readonly final: boolean;
}

/** As much of the speech gate as is used. */
export interface SpeechSpans {
  /** From the first to the last speech at or after sample `from`; null when there was none to speak of. */
  spanSince(from: number): Span | null;
}

export class Utterances {
  readonly #rateHz: number;
  /** All before this is settled. */
  #settled = 0;
  /** Where the last guess ended; -1 before the first of an utterance. */
  #guessed = -1;

  constructor(
    private readonly speech: SpeechSpans,
    rateHz: number,
  ) {
    this.#rateHz = rateHz;
  }

  /**
   * What to transcribe now; null when there is nothing new.
   * @param heard what the gate has heard: from the first sample still kept to the last
   */
  next(heard: Span): Utterance | null {
    this.#settled = Math.max(this.#settled, heard.start);
    const span = this.speech.spanSince(this.#settled);
    if (span === null || this.#seconds(span) < LEAST_S) return null;
    const over = heard.end - span.end >= PAUSE_S * this.#rateHz;
    const margin = MARGIN_S * this.#rateHz;
    const from = Math.max(this.#settled, Math.floor(span.start - margin), heard.start);
    const most = from + MOST_S * this.#rateHz;
    const end = Math.min(heard.end, Math.ceil(span.end + margin), most);
    const final = over || end === most;
    if (!final && end - Math.max(this.#guessed, from) < GROWTH_S * this.#rateHz) return null;
    return { start: from, end, final };
  }

  /** It has been transcribed. */
  done({ end, final }: Utterance): void {
    this.#guessed = final ? -1 : end;
    if (final) this.#settled = end;
  }

  /** Forgets what was heard before sample `next`. */
  reset(next: number): void {
    this.#settled = next;
    this.#guessed = -1;
  }

  #seconds({ start, end }: Span): number {
    return (end - start) / this.#rateHz;
  }
}
