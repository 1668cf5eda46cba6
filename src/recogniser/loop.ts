/**
 * The live loop: pulls frames, pushes samples, asks for the voice's encoding and for estimates.
 * Each stage has one request in flight and rests in between; what comes meanwhile is dropped, so nothing ever queues.
 */

import { MOST_CHUNKS, type SampleChunk, type Source, type TimedFrame } from '../capture';
import { MemoError } from '../errors';
import { MODALITIES, type Backend, type Estimate, type Modality, type Stage } from '../memobert/estimate';
import type { FaceAnswer, VoiceAnswer } from '../runtime/protocol';
import type { Clock } from './clock';
import { NO_PICTURE_AFTER_MS, SourceConditions } from './conditions';
import type { EngineClient } from './engine-client';
import { isGone } from './faults';
import { Pace, RateMeter, stageRates } from './rates';
import type { Condition, Rates } from './state';
import type { Given } from './timeline';

/** Milliseconds between two looks at rates, conditions and a file's progress. */
const VITALS_MS = 250;

export interface Vitals {
  readonly rates: Rates;
  readonly conditions: readonly Condition[];
  readonly fileProgress: number | null;
  /** Root mean square of the last chunk, 0 to 1; 0 while none comes. */
  readonly level: number;
  /** Whether there is a picture and a sound at all: else what was last seen and heard is over. */
  readonly gives: Given;
  /** From the capture of the newest frame in the last estimate to its arrival here; null without a face. */
  readonly delayMs: number | null;
}

export interface LoopListeners {
  face(answer: FaceAnswer): void;
  voice(answer: VoiceAnswer): void;
  /** Null: no evidence at all. `reached`: seconds on the source's clock, as it was asked for. `gives`: as {@link Vitals} have it. */
  estimate(estimate: Estimate | null, reached: number, gives: Given): void;
  vitals(vitals: Vitals): void;
  /** The source is over and its last estimate is out. */
  ended(): void;
  /** A request or the source failed; the loop has closed. */
  failed(error: MemoError): void;
}

export interface LoopParts {
  readonly source: Source;
  readonly client: EngineClient;
  readonly clock: Clock;
  readonly backend: Backend;
  /** Highest rate of looks at the face, Hz. */
  readonly faceHz: number;
  readonly rates?: Readonly<Partial<Rates>>;
  /** Spares the battery. */
  readonly saver?: boolean;
  /** What goes into the estimate; all unless said. */
  readonly modalities?: readonly Modality[];
}

export class Loop {
  readonly #abort = new AbortController();
  readonly #pace: Pace;
  /** Of the stages that have begun. */
  readonly #meters: Partial<Record<keyof Rates, RateMeter>> = {};
  #conditions = new SourceConditions();
  /** Resolved while running; a pending promise while at rest. */
  #gate = gate(true);
  #level = 0;
  /** Capture of the newest frame with a face, on the source's clock. */
  #seenAt: number | null = null;
  #delayMs: number | null = null;
  #chunksUnderWay = 0;
  /** Since when the next frame is awaited; null while one is looked at. */
  #awaitedMs: number | null = null;
  #ending = false;
  /** How many devices give something. */
  #live = 0;
  /** The look under way, or the last. */
  #looked: Promise<number | null> = Promise.resolve(null);

  constructor(
    private readonly parts: LoopParts,
    private readonly on: LoopListeners,
  ) {
    const { backend, faceHz, rates, saver } = parts;
    this.#pace = new Pace(stageRates(backend, faceHz, rates, saver), saver);
  }

  start(): void {
    const { source } = this.parts;
    source.on('samples', (chunk) => this.#hear(chunk));
    source.on('end', () => void this.#guard(() => this.#finish()));
    source.on('failure', (error) => this.#fail(error));
    source.on('trackchange', () => this.#attend());
    this.#attend();
    this.#repeat('fusion', () => this.#estimate());
    void this.#watch();
    if (!this.#gate.closed) source.setRunning?.(true);
  }

  /** From the next run of each stage on. */
  setRates(rates: Readonly<Partial<Rates>>, saver = false): void {
    this.#pace.rates = stageRates(this.parts.backend, this.parts.faceHz, rates, saver);
    this.#pace.saver = saver;
  }

  /** Rests (page hidden) or goes on; samples that come meanwhile are dropped. */
  setRunning(running: boolean): void {
    if (this.#abort.signal.aborted || running === !this.#gate.closed) return;
    const before = this.#gate;
    this.#gate = gate(running);
    before.open();
    this.#beginAnew();
    this.parts.source.setRunning?.(running);
  }

  /** Nothing has been in vain yet. */
  #beginAnew(): void {
    this.#conditions = new SourceConditions();
    if (this.#awaitedMs !== null) this.#awaitedMs = this.parts.clock.now();
  }

  /** Late answers are dropped; the source is not closed. */
  close(): void {
    this.#abort.abort();
    this.#gate.open();
  }

  /** Of what is there: one that was taken away may come back, and one may be added to a stream. */
  #attend(): void {
    const { camera, microphone } = this.parts.source;
    const live = Number(camera === 'live') + Number(microphone === 'live');
    if (live > this.#live) this.#beginAnew();
    this.#live = live;
    if (this.#weighs('face') && !isGone(camera)) this.#repeat('face', () => this.#look());
    if (this.#weighs('voice') && !isGone(microphone)) this.#repeat('voice', () => this.#listen());
  }

  /** Once begun it goes on, whoever begins it again. */
  #repeat(name: keyof Rates, step: () => Promise<number | null>): void {
    if (this.#meters[name] !== undefined) return;
    const meter = (this.#meters[name] = new RateMeter());
    const { clock } = this.parts;
    const signal = this.#abort.signal;
    void this.#guard(async () => {
      for (;;) {
        await this.#gate.opened;
        if (signal.aborted || this.#ending) return;
        const startedMs = clock.now();
        const costMs = await step();
        if (signal.aborted || costMs === null) return;
        meter.count(clock.now());
        await clock.sleep(this.#pace.rest(name, startedMs, clock.now(), costMs), signal);
      }
    });
  }

  /** One look at the newest frame: its cost in ms, or null when there are no more frames. */
  async #look(): Promise<number | null> {
    const { source, clock } = this.parts;
    this.#awaitedMs = clock.now();
    const taken = await source.nextFrame(this.#abort.signal);
    this.#awaitedMs = null;
    if (taken === null) return null;
    if (this.#abort.signal.aborted || this.#gate.closed) {
      taken.frame.close();
      return this.#abort.signal.aborted ? null : 0;
    }
    this.#looked = this.#lookAt(taken);
    return this.#looked;
  }

  async #lookAt(taken: TimedFrame): Promise<number | null> {
    const { client, clock } = this.parts;
    const answer = await client.request('face', taken, { transfer: [taken.frame] });
    if (this.#abort.signal.aborted) return null;
    this.#conditions.face(clock.now(), answer.faces.length > 0, answer.light);
    this.#seenAt = answer.faces.some(({ followed }) => followed) ? answer.time : null;
    this.on.face(answer);
    return cost(answer.latency, ['detect', 'crop', 'expression']);
  }

  async #listen(): Promise<number | null> {
    // taken away: it may come back
    return this.parts.source.microphone === 'live' ? this.#listenTo() : 0;
  }

  async #listenTo(): Promise<number | null> {
    const { source, client, clock } = this.parts;
    const answer = await client.request('voice', { time: source.heardUntil?.() ?? source.now() });
    if (this.#abort.signal.aborted) return null;
    this.#conditions.voice(clock.now(), answer);
    this.on.voice(answer);
    return cost(answer.latency, ['speech-gate', 'voice']);
  }

  async #estimate(): Promise<number | null> {
    const { source, client } = this.parts;
    const seenAt = this.#seenAt; // a later one is not in this estimate
    const time = source.now();
    const estimate = await client.request('estimate', { time });
    if (this.#abort.signal.aborted) return null;
    const shows = estimate?.modalities.face.present === true && seenAt !== null;
    this.#delayMs = shows ? Math.max(0, (source.now() - seenAt) * 1000) : null;
    this.on.estimate(
      estimate && { ...estimate, interval: 1 / this.#pace.hz.fusion },
      time,
      this.#looks().gives,
    );
    return estimate === null ? 0 : cost(estimate.latency, ['fusion']);
  }

  #hear(chunk: SampleChunk): void {
    if (this.#abort.signal.aborted || this.#gate.closed || this.#chunksUnderWay >= MOST_CHUNKS) return;
    const level = rootMeanSquare(chunk.samples);
    this.#level = Number.isFinite(level) ? Math.min(1, level) : 0;
    if (!this.#weighs('voice')) return;
    this.#chunksUnderWay += 1;
    void this.#guard(async () => {
      try {
        await this.parts.client.request('samples', chunk, { transfer: [chunk.samples.buffer] });
      } finally {
        this.#chunksUnderWay -= 1;
      }
    });
  }

  async #watch(): Promise<void> {
    const { clock } = this.parts;
    const signal = this.#abort.signal;
    while (!signal.aborted) {
      if (!this.#gate.closed) this.on.vitals(this.#vitals());
      await clock.sleep(VITALS_MS, signal);
    }
  }

  #weighs(modality: Modality): boolean {
    return (this.parts.modalities ?? MODALITIES).includes(modality);
  }

  /** What there is to look at now, and what gives nothing though it is on. */
  #looks() {
    const { source, clock } = this.parts;
    const noPicture =
      source.cameraMuted === true ||
      (this.#awaitedMs !== null && clock.now() - this.#awaitedMs > NO_PICTURE_AFTER_MS);
    const camera = source.camera === 'live';
    const microphone = source.microphone === 'live';
    const noSound = source.microphoneSilent === true;
    const gives: Given = { face: camera && !noPicture, voice: microphone && !noSound };
    return { camera, microphone, noPicture, noSound, gives };
  }

  #vitals(): Vitals {
    const { source, clock } = this.parts;
    const nowMs = clock.now();
    const { camera, microphone, noPicture, noSound, gives } = this.#looks();
    const rate = (stage: keyof Rates) => this.#meters[stage]?.rate(nowMs) ?? 0;
    return {
      rates: { face: rate('face'), voice: rate('voice'), fusion: rate('fusion') },
      conditions: this.#conditions.now({
        camera: this.#weighs('face') && camera,
        microphone: this.#weighs('voice') && microphone,
        noPicture,
        trackMuted: source.microphoneMuted,
        noSound,
      }),
      fileProgress: source.progress,
      level: gives.voice ? this.#level : 0,
      gives,
      delayMs: this.#delayMs,
    };
  }

  /** The last picture and the last words count too: one more look, listen and estimate after the end. */
  async #finish(): Promise<void> {
    if (this.#ending || this.#abort.signal.aborted) return;
    this.#ending = true;
    const { source } = this.parts;
    const { signal } = this.#abort;
    await this.#looked;
    const last = this.#weighs('face') ? await source.lastFrame?.(signal) : null;
    if (last) await this.#lookAt(last);
    if (signal.aborted) return;
    if (this.#weighs('voice') && source.microphone !== 'off') await this.#listenTo();
    if (signal.aborted) return;
    await this.#estimate();
    if (signal.aborted) return;
    this.close();
    this.on.ended();
  }

  async #guard<T>(step: () => Promise<T>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#fail(MemoError.from(error));
    }
  }

  #fail(error: MemoError): void {
    if (this.#abort.signal.aborted) return;
    this.close();
    this.on.failed(error);
  }
}

interface Gate {
  readonly closed: boolean;
  readonly opened: Promise<void>;
  open(): void;
}

function gate(isOpen: boolean): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  if (isOpen) open();
  return { closed: !isOpen, opened, open };
}

function cost(latency: Readonly<Partial<Record<Stage, number>>>, stages: readonly Stage[]): number {
  return stages.reduce((sum, stage) => sum + (latency[stage] ?? 0), 0);
}

/** Of none it is no number. */
function rootMeanSquare(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}
