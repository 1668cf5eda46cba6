/** Frames and samples that the caller gives one by one, from wherever: a decoder, a game, another thread. Needs no document. */

import { MemoError } from '../errors';
import { SourceEmitter } from './emitter';
import { NewestFrame } from './newest-frame';
import { isSampleRate, LEAST_RATE_HZ, MOST_RATE_HZ } from './sample-rate';
import type { SampleChunk, Source, SourceEvents, TimedFrame, TrackStatus } from './source';

/** Sound comes this late at most: what was said longer ago is in no estimate, and who pushes none any more is silent. */
const LATEST_SOUND_S = 4;
/** A step back by more than this within the frames, or within the sound, is a new start: a player that loops or is sought in. */
const RESTART_S = 1;
/** Shorter chunks are put together: those of a worklet, 128 samples each, would fill the way to the worker and be dropped. */
const CHUNK_S = 0.05;
/** What begins within this of where the last ended follows it: clocks of callers are not that exact. */
const GAP_S = 0.02;

export class PushedSource implements Source {
  readonly kind = 'push';
  readonly stream: null = null;
  readonly progress: null = null;
  readonly microphoneMuted = false;
  readonly #emitter = new SourceEmitter();
  readonly #newest = new NewestFrame();
  /** Until when each was pushed. */
  readonly #reachedS = { face: 0, voice: 0 };
  /** Too short to go by itself. */
  #kept: SampleChunk | null = null;
  #over = false;

  /** @param gives what will be pushed: conditions such as silence are told of these alone */
  constructor(private readonly gives: { readonly face: boolean; readonly voice: boolean }) {}

  get camera(): TrackStatus {
    return this.#status(this.gives.face);
  }

  get microphone(): TrackStatus {
    return this.#status(this.gives.voice);
  }

  /** The latest time pushed since the last start: the caller's clock is the source's. */
  now(): number {
    return Math.max(this.#reachedS.face, this.#reachedS.voice);
  }

  /** Frames may run ahead of the sound: what is not pushed yet is no silence. */
  heardUntil(): number {
    return Math.max(this.#reachedS.voice, this.now() - LATEST_SOUND_S);
  }

  /** Takes the frame over; one that comes before the last was looked at replaces it. @throws MemoError `input-invalid` */
  pushFrame(frame: VideoFrame | ImageBitmap, time: number): void {
    if (!FRAMES.includes(kindOf(frame))) throw noFrame(frame);
    if (isClosed(frame)) throw taken('A closed frame');
    try {
      this.#advance('face', time);
    } catch (error) {
      frame.close();
      throw error;
    }
    this.#newest.put({ frame, time });
  }

  /** Mono, -1 to 1; taken over. @param time of the first sample, seconds. @throws MemoError `input-invalid` */
  pushSamples(samples: Float32Array<ArrayBuffer>, sampleRateHz: number, time: number): void {
    if (kindOf(samples) !== 'Float32Array' || kindOf(samples.buffer) !== 'ArrayBuffer')
      throw noSamples(samples);
    if (!isSampleRate(sampleRateHz)) throw invalid(`A sample rate of ${sampleRateHz} Hz`);
    if (isDetached(samples)) throw taken('A buffer that is somebody else’s by now');
    this.#advance('voice', time, time + samples.length / sampleRateHz);
    if (this.#over) return;
    const kept = this.#kept;
    const endS = kept && kept.time + kept.samples.length / kept.sampleRateHz;
    const follows = kept?.sampleRateHz === sampleRateHz && Math.abs((endS ?? 0) - time) < GAP_S;
    if (!follows) this.#flush();
    this.#kept = follows
      ? { ...kept, samples: joined(kept.samples, samples) }
      : { samples, sampleRateHz, time };
    if (this.#kept.samples.length >= CHUNK_S * sampleRateHz) this.#flush();
  }

  /** Nothing more will come: one last estimate, then the run is over. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#flush();
    this.#newest.end();
    this.#emitter.emit('end');
  }

  async nextFrame(signal: AbortSignal): Promise<TimedFrame | null> {
    for (;;) {
      const next = await this.#newest.take(signal);
      // who pushed it may have closed it since
      if (next === null || !isClosed(next.frame)) return next;
    }
  }

  lastFrame(signal: AbortSignal): Promise<TimedFrame | null> {
    return this.nextFrame(signal);
  }

  on<K extends keyof SourceEvents>(event: K, listener: SourceEvents[K]): void {
    this.#emitter.on(event, listener);
    // the end may have come before the model, and so before anybody who asks for it
    if (event === 'end' && this.#over) (listener as SourceEvents['end'])();
  }

  close(): void {
    this.#over = true;
    this.#emitter.clear();
    this.#newest.close();
  }

  #flush(): void {
    const chunk = this.#kept;
    this.#kept = null;
    if (chunk !== null) this.#emitter.emit('samples', chunk);
  }

  #status(given: boolean): TrackStatus {
    if (!given) return 'off';
    return this.#over ? 'ended' : 'live';
  }

  #advance(pushed: 'face' | 'voice', time: number, endS = time): void {
    if (!Number.isFinite(time) || time < 0) throw invalid(`The time ${time}`);
    const reachedS = this.#reachedS;
    const beforeS = reachedS[pushed];
    const restarts = time < beforeS - RESTART_S;
    reachedS[pushed] = restarts ? endS : Math.max(beforeS, endS);
    const other = pushed === 'face' ? 'voice' : 'face';
    // nearer to what was before, it is of then; else it has started anew already
    if (restarts && reachedS[other] > (beforeS + time) / 2) reachedS[other] = 0;
  }
}

const FRAMES = ['VideoFrame', 'ImageBitmap'];

/** Whatever window made it. */
function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function joined(
  first: Float32Array<ArrayBuffer>,
  next: Float32Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> {
  const both = new Float32Array(first.length + next.length);
  both.set(first);
  both.set(next, first.length);
  return both;
}

/** Closed, or transferred: no size is left of it. */
function isClosed(frame: VideoFrame | ImageBitmap): boolean {
  return ('displayWidth' in frame ? frame.displayWidth : frame.width) === 0;
}

/** Nothing can be read of one; Chromium before 114 has no `ArrayBuffer.detached`. */
function isDetached({ buffer }: Float32Array<ArrayBuffer>): boolean {
  try {
    buffer.slice(0, 0);
    return false;
  } catch {
    return true;
  }
}

function invalid(what: string): MemoError {
  return new MemoError(
    'input-invalid',
    `${what} cannot be pushed.`,
    `Give seconds from 0 on, and a rate in whole Hz between ${LEAST_RATE_HZ} and ${MOST_RATE_HZ}.`,
  );
}

/** The worker could not be sent it, and the run would end. */
function noFrame(frame: unknown): MemoError {
  return new MemoError(
    'input-invalid',
    `A frame of the kind ${kindOf(frame)} cannot be pushed.`,
    'Give a VideoFrame or an ImageBitmap: of a canvas or a video, new VideoFrame(…) or await createImageBitmap(…).',
  );
}

function noSamples(samples: unknown): MemoError {
  const { buffer } = Object(samples) as { readonly buffer?: unknown };
  const of = buffer === undefined ? '' : `, of a buffer of the kind ${kindOf(buffer)},`;
  return new MemoError(
    'input-invalid',
    `Samples of the kind ${kindOf(samples)}${of} cannot be pushed.`,
    'Give a Float32Array on an ArrayBuffer of its own, -1 to 1; slice() makes one of shared memory.',
  );
}

function taken(what: string): MemoError {
  return new MemoError(
    'input-invalid',
    `${what} cannot be pushed.`,
    'Push each frame and each buffer once, and leave it alone from then on: it is taken over.',
  );
}
