/**
 * A file at the speed of the machine: the media's own clock decides what is looked at and when it is asked, so that the same
 * file gives the same estimates however fast it goes. One step is under way at a time: a file of hours needs no more memory than one of seconds.
 */

import type { MediaReader, SampleChunk, Source } from '../capture';
import { MemoError } from '../errors';
import type { Backend, Estimate, Modality } from '../memobert/estimate';
import type { FaceAnswer, VoiceAnswer } from '../runtime/protocol';
import type { FaceChoice } from './chosen-faces';
import type { EngineClient } from './engine-client';
import { stageRates } from './rates';
import type { Run } from './run';
import type { SourceOpeners } from './sources';
import type { Rates, RecogniserState } from './state';
import type { Timeline } from './timeline';
import { toFollow } from './to-follow';
import type { Words } from './words';

/** How often, and at what. */
export interface AnalysisSteps {
  readonly backend: Backend;
  /** Looks at the face for each second of the media, Hz. */
  readonly faceHz: number;
  readonly rates: Readonly<Partial<Rates>>;
  readonly modalities: readonly Modality[];
}

export interface AnalysisParts extends AnalysisSteps {
  readonly reader: MediaReader;
  readonly client: EngineClient;
  /** Seconds that were analysed before a worker failed: what lies before is gone through for its evidence alone. */
  readonly from?: number;
  /** Seconds of the last estimate, a step or not; the end of the media else. */
  readonly until?: number;
  /** What was answered before `from`. */
  readonly timeline?: Timeline | null;
  /** Of several faces, whom to follow; the largest at first else. */
  readonly choices?: readonly FaceChoice[];
}

export interface AnalysisListeners {
  /** Before the worker takes the samples; who listens is waited for. */
  sound(chunk: SampleChunk): Promise<void>;
  /** All up to `time` was seen and heard, and it is estimated next: time to tell what was said. */
  reach(time: number): Promise<void>;
  face(answer: FaceAnswer): void;
  voice(answer: VoiceAnswer): void;
  /** Null: no evidence at all. `reached`: seconds of the media behind it. */
  estimate(estimate: Estimate | null, reached: number): void;
}

/** As far back as evidence reaches: faces 3.6 s, a voice 3.84 s. */
const WARM_SECONDS = 4;
/** Frames that wait for the worker: more than a step has, at the usual rates. */
const MOST_ASKED = 8;

export class Analysis {
  readonly #parts: AnalysisParts;
  readonly #on: AnalysisListeners;
  /** Of whatever is under way; aborted at the end, too. */
  readonly #over = new AbortController();
  readonly #signal = this.#over.signal;
  readonly #frameTimes: readonly number[];
  readonly #frames: AsyncIterator<{ frame: VideoFrame | ImageBitmap; time: number } | null, void> | null;
  readonly #samples: AsyncIterator<SampleChunk, void> | null;
  readonly #listens: boolean;
  /** Whom to follow that is still ahead, by time. */
  readonly #follow: FaceChoice[];
  /** What is estimated lies after it, seconds. */
  readonly #from: number;
  /** Frames taken so far. */
  #taken = 0;
  /** Decoded beyond the last step. */
  #left: SampleChunk | null = null;

  constructor(parts: AnalysisParts, on: AnalysisListeners, signal: AbortSignal) {
    const { reader, backend, faceHz, rates, modalities } = parts;
    this.#parts = parts;
    this.#from = parts.from ?? 0;
    const start = this.#from - WARM_SECONDS;
    this.#follow = toFollow(parts.choices ?? [], parts.timeline ?? null, start, this.#from);
    this.#on = on;
    const over = () => this.#over.abort();
    if (signal.aborted) over();
    else signal.addEventListener('abort', over, { signal: this.#signal });
    const { face } = stageRates(backend, faceHz, rates);
    const count = Math.max(1, Math.floor(reader.seconds * face.hz));
    this.#frameTimes = Array.from({ length: count }, (_, index) => index / face.hz).filter(
      (time) => time >= start,
    );
    const looks = reader.hasPicture && modalities.includes('face');
    this.#frames = looks ? reader.frames(this.#frameTimes) : null;
    this.#listens = reader.hasSound && modalities.includes('voice');
    // words may be heard in it, though the voice is not looked at
    this.#samples =
      this.#listens || (reader.hasSound && modalities.includes('text'))
        ? reader.samples(Math.max(0, start))
        : null;
  }

  /** Resolves at the end of the media, or when it is aborted; rejects with a MemoError. */
  async run(): Promise<void> {
    const { reader, backend, faceHz, rates, until = reader.seconds } = this.#parts;
    const { voice, fusion } = stageRates(backend, faceHz, rates);
    const steps = Math.max(1, Math.ceil(reader.seconds * fusion.hz));
    let listened = Number.NEGATIVE_INFINITY;
    try {
      for (let step = 1; step <= steps && !this.#signal.aborted; step += 1) {
        const time = Math.min(step / fusion.hz, until);
        await Promise.all([this.#look(time), this.#hear(time)]);
        const known = time <= this.#from;
        // the last of the voice counts too
        if (this.#listens && (step === steps || time - listened >= 0.999 / voice.hz)) {
          listened = time;
          // its evidence is of the last window alone
          if (time > this.#from - WARM_SECONDS) await this.#listen(time);
        }
        if (known) continue;
        await this.#on.reach(time);
        if (!this.#signal.aborted) await this.#estimate(time, 1 / fusion.hz);
        if (time === until) break;
      }
    } catch (error) {
      if (!this.#signal.aborted) throw MemoError.from(error);
    } finally {
      // of picture and sound one may have failed while the other waits: nothing that it brings now is sent or told
      this.#over.abort();
      // an iterator that is waiting in a decoder ends when the reader is closed
      void this.#frames?.return?.().catch(() => undefined);
      void this.#samples?.return?.().catch(() => undefined);
    }
  }

  /** All frames up to a time; the next is decoded while the worker looks at one. */
  async #look(until: number): Promise<void> {
    const asked: Promise<void>[] = [];
    for (;;) {
      const time = this.#frameTimes[this.#taken] ?? Infinity;
      if (time > until || this.#frames === null) break;
      await this.#turnTo(time, asked);
      const { value, done } = await this.#frames.next();
      this.#taken += 1;
      if (done === true) break;
      if (value === null) continue;
      if (this.#signal.aborted) {
        value.frame.close();
        break;
      }
      const shown = this.#show(value);
      // ended while the next frame is decoded, it is nobody's fault that nobody waits for it yet
      shown.catch(() => undefined);
      asked.push(shown);
      // of estimates far apart not all frames at once
      await asked.at(-MOST_ASKED);
    }
    await Promise.all(asked);
  }

  /** @param asked looks under way: each is of who was followed until then */
  async #turnTo(time: number, asked: readonly Promise<void>[]): Promise<void> {
    const due = this.#follow.filter((choice) => choice.time <= time);
    const box = due.at(-1)?.box;
    if (box === undefined) return;
    this.#follow.splice(0, due.length);
    await Promise.all(asked);
    await this.#parts.client.request('follow', { box }, { signal: this.#signal });
  }

  async #show(taken: { frame: VideoFrame | ImageBitmap; time: number }): Promise<void> {
    const options = { transfer: [taken.frame], signal: this.#signal };
    const answer = await this.#parts.client.request('face', taken, options);
    if (!this.#signal.aborted) this.#on.face(answer);
  }

  /** All samples up to a time and none after it. */
  async #hear(until: number): Promise<void> {
    if (this.#samples === null) return;
    for (;;) {
      const chunk = this.#left ?? (await this.#samples.next()).value ?? null;
      this.#left = null;
      if (chunk === null || this.#signal.aborted) return;
      const { samples, sampleRateHz, time } = chunk;
      const count = Math.max(0, Math.min(samples.length, Math.round((until - time) * sampleRateHz)));
      if (count < samples.length) {
        const rest = { samples: samples.slice(count), sampleRateHz, time: time + count / sampleRateHz };
        this.#left = rest;
      }
      if (count > 0) {
        const heard = { samples: samples.slice(0, count), sampleRateHz, time };
        // words of what was analysed are known already
        if (until > this.#from) await this.#on.sound(heard);
        if (this.#signal.aborted) return;
        const options = { transfer: [heard.samples.buffer], signal: this.#signal };
        if (this.#listens && until > this.#from - WARM_SECONDS)
          await this.#parts.client.request('samples', heard, options);
      }
      if (this.#left !== null) return;
    }
  }

  async #listen(time: number): Promise<void> {
    const answer = await this.#parts.client.request('voice', { time }, { signal: this.#signal });
    if (!this.#signal.aborted) this.#on.voice(answer);
  }

  async #estimate(time: number, interval: number): Promise<void> {
    const estimate = await this.#parts.client.request('estimate', { time }, { signal: this.#signal });
    if (!this.#signal.aborted) this.#on.estimate(estimate && { ...estimate, interval }, time);
  }
}

/** What an analysis tells of, beside its estimates. */
export interface AnalysisOwner {
  readonly words: Words;
  apply(change: Partial<RecogniserState>): void;
  publish: AnalysisListeners['estimate'];
}

/** Analyses a file from where its timeline ends. Resolves and rejects as {@link Analysis.run}. */
export function analyse(
  parts: AnalysisParts,
  { words, apply, publish }: AnalysisOwner,
  signal: AbortSignal,
): Promise<void> {
  const on: AnalysisListeners = {
    sound: (chunk) => words.hear(chunk),
    reach: (time) => words.advance(time),
    face: ({ frameWidth, frameHeight }) => apply({ frameWidth, frameHeight }),
    voice: ({ speaking, level }) => apply({ speaking, level }),
    estimate: (estimate, reached) => {
      // first: who hears of the answer may end the run
      apply({ fileProgress: reached / parts.reader.seconds });
      publish(estimate, reached);
    },
  };
  return new Analysis({ ...parts, from: parts.timeline?.reached ?? 0 }, on, signal).run();
}

/** A file that is read is opened anew for a fresh worker: its decoders have gone on. */
export async function sourceAgain(
  run: Run,
  source: Source,
  sources: Pick<SourceOpeners, 'file'>,
): Promise<Source> {
  const { file } = run;
  if (file === null) return source;
  const { signal } = run.abort;
  const again = await sources.file(file.blob, file.name, signal);
  source.close();
  run.source = again;
  // left in the turn that brought it: whoever left the run has closed what it had until then
  if (signal.aborted) again.close();
  return again;
}
