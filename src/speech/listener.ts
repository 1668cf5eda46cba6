/** Samples in, words out: a ring of the last seconds, the voice gate, and whoever turns an utterance into words. */

import { spread } from '../capture/words/transcript';
import type { Word } from '../capture/words/word-source';
// not by the folder's index: it brings MediaPipe, which this worker has no use for
import { inRange } from '../encoders/voice/in-range';
import { Resampler } from '../encoders/voice/resample';
import { SampleRing } from '../encoders/voice/ring';
import { GATE_RATE_HZ, type SpeechGate } from '../encoders/voice/speech-gate';
import type { Transcriber } from './transcribing';
import { Utterances, type Utterance } from './utterances';

/** Longer than an utterance may be, by what a slow transcription takes. */
const KEPT_S = 30;
/** Milliseconds of rest a guess earns its cost with: half of the time at most is spent on guesses. */
const LEAST_REST_MS = 200;

export interface Heard {
  readonly words: readonly Word[];
  /** These words stay; a guess is replaced by the next words, whichever they are. */
  readonly final: boolean;
}

export class Listener {
  readonly #ring = new SampleRing(KEPT_S * GATE_RATE_HZ, GATE_RATE_HZ);
  readonly #utterances: Utterances;
  #resampler: Resampler | null = null;
  #working: Promise<void> | null = null;
  #waitedFor = false;
  #restUntilMs = 0;
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
    this.#ring.push(this.#resampler.push(inRange(samples)), time);
  }

  /** Forgets what was heard. */
  reset(run: number): void {
    this.#run = run;
    this.#resampler = null;
    this.#ring.clear();
    this.gate.reset(this.#ring.end);
    this.#utterances.reset(this.#ring.end);
    this.#restUntilMs = 0;
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
    const pieces = await this.transcriber(this.#ring.read(start, end - start));
    const costMs = this.nowMs() - beganMs;
    if (this.#run !== run) return;
    this.#restUntilMs = this.nowMs() + Math.max(LEAST_REST_MS, costMs);
    this.#utterances.done(utterance);
    const within = (seconds: number) => startS + Math.min(Math.max(seconds, 0), lengthS);
    const words = pieces.flatMap(({ text, start: from, end: until }) =>
      spread(text, within(from), within(until ?? lengthS), final),
    );
    this.tell({ words, final }, run);
  }
}
