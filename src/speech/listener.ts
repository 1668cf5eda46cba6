/** Samples in, words out: a ring of the last seconds, the voice gate, and whoever turns an utterance into words. */

import { spread } from '../capture/words/transcript';
import type { Word } from '../capture/words/word-source';
// not by the folder's index: it brings MediaPipe, which this worker has no use for
import { inRange } from '../encoders/voice/in-range';
import { Resampler } from '../encoders/voice/resample';
import { SampleRing } from '../encoders/voice/ring';
import { GATE_RATE_HZ, type SpeechGate } from '../encoders/voice/speech-gate';
import type { Piece, Transcriber } from './transcribing';
import { Utterances, type Utterance } from './utterances';

/** Longer than an utterance may be, by what a slow transcription takes. */
const KEPT_S = 30;
/** Milliseconds of rest a guess earns its cost with: half of the time at most is spent on guesses. */
const LEAST_REST_MS = 200;

export interface Heard {
  readonly words: readonly Word[];
  /** These words stay; a guess is replaced by the next words, whichever they are. */
  readonly final: boolean;
  /** The source's clock went back to here, seconds: what was said later is not on it any more. */
  readonly backTo?: number;
}

export class Listener {
  readonly #ring = new SampleRing(KEPT_S * GATE_RATE_HZ, GATE_RATE_HZ);
  readonly #utterances: Utterances;
  #resampler: Resampler | null = null;
  #working: Promise<void> | null = null;
  #waitedFor = false;
  /** The utterance that the model is at; what it answers of another is not told. */
  #asking: Utterance | null = null;
  #restUntilMs = 0;
  /** What was guessed last, of an utterance that is not over. */
  #guess: readonly Word[] = [];
  /** Which run this is: what was heard in an earlier one is not told in the next. */
  #run = 0;

  constructor(
    private readonly gate: Pick<SpeechGate, 'follow' | 'spanSince' | 'reset'>,
    private readonly transcriber: Transcriber,
    private readonly tell: (heard: Heard, run: number) => void,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.#utterances = new Utterances(gate, GATE_RATE_HZ);
  }

  /**
   * @param samples mono, -1 to 1; beyond that they are clipped, and what is no number is silence
   * @param time seconds on the source's clock of the first sample
   */
  push(samples: Float32Array, sampleRateHz: number, time: number): void {
    if (this.#resampler?.rateInHz !== sampleRateHz || this.#ring.breaksAt(time)) {
      this.#resampler = new Resampler(sampleRateHz, GATE_RATE_HZ);
    }
    const { origin, endTimeS } = this.#ring;
    this.#ring.push(this.#resampler.push(inRange(samples)), time);
    if (this.#ring.origin === origin) return;
    if (time < endTimeS) this.#goBack(time);
    else this.#keepGuess();
  }

  /** Forgets what was heard. */
  reset(run: number): void {
    this.#run = run;
    this.#resampler = null;
    this.#ring.clear();
    this.gate.reset(this.#ring.end);
    this.#utterances.reset(this.#ring.end);
    this.#restUntilMs = 0;
    this.#guess = [];
    this.#asking = null;
  }

  /**
   * Transcribes what is new, one utterance after another, until nothing is; a call while it is at it waits for the same.
   * @param waitedFor of sound that waits, each guess is made, whatever it costs: the same sound gives the same words
   */
  work(waitedFor = false): Promise<void> {
    this.#waitedFor = waitedFor;
    this.#working ??= this.#workOff().finally(() => (this.#working = null));
    return this.#working;
  }

  async #workOff(): Promise<void> {
    for (;;) {
      await this.gate.follow(this.#ring);
      const utterance = this.#utterances.next(this.#ring);
      if (utterance === null) return;
      if (!utterance.final && !this.#waitedFor && this.nowMs() < this.#restUntilMs) return;
      await this.#transcribe(utterance);
    }
  }

  async #transcribe(utterance: Utterance): Promise<void> {
    const { start, end, final } = utterance;
    const run = this.#run;
    const startS = this.#ring.endTimeS - (this.#ring.end - start) / GATE_RATE_HZ;
    const lengthS = (end - start) / GATE_RATE_HZ;
    const beganMs = this.nowMs();
    this.#asking = utterance;
    const pieces = await this.transcriber(this.#ring.read(start, end - start));
    const costMs = this.nowMs() - beganMs;
    if (this.#asking !== utterance) return;
    this.#asking = null;
    this.#restUntilMs = this.nowMs() + Math.max(LEAST_REST_MS, costMs);
    this.#utterances.done(utterance);
    // its sound went while the model was at it: there is no better look at it
    const last = final || start < this.#ring.origin;
    const words = wordsOf(pieces, startS, lengthS, last);
    this.#guess = last ? [] : words;
    this.tell({ words, final: last }, run);
  }

  #goBack(time: number): void {
    this.#guess = [];
    this.#asking = null;
    this.tell({ words: [], final: true, backTo: time }, this.#run);
  }

  /** Its sound is gone, after a gap longer than what is kept: nothing takes its place. */
  #keepGuess(): void {
    const words = this.#guess.map((word) => ({ ...word, final: true }));
    this.#guess = [];
    // its next look may be on its way
    if (words.length > 0 && this.#asking === null) this.tell({ words, final: true }, this.#run);
  }
}

/** In the model's order, each where the one before ended at the earliest: of times that it got wrong, none is told. */
function wordsOf(pieces: readonly Piece[], startS: number, lengthS: number, final: boolean): readonly Word[] {
  let at = 0;
  const within = (seconds: number | null | undefined, otherwise: number) =>
    typeof seconds === 'number' && Number.isFinite(seconds)
      ? Math.min(Math.max(seconds, at), lengthS)
      : otherwise;
  return pieces.flatMap(({ text, start, end }, index) => {
    const from = within(start, at);
    at = from;
    at = within(end, within(pieces[index + 1]?.start, lengthS));
    return spread(text, startS + from, startS + at, final);
  });
}
