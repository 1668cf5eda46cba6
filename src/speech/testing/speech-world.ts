/** The speech model's page and worker side, with a model whose answers a test gives; messages go when it says so. */

import { scene, told, type Told } from '../../capture/words/testing/told';
import { SpeechGate } from '../../encoders/voice/speech-gate';
import { MemoError } from '../../errors';
import type { Graph } from '../../runtime/graph';
import { Listener } from '../listener';
import type { FromSpeechWorker, ToSpeechWorker } from '../protocol';
import { serveSpeech, type OpenListener, type SpeechPort } from '../serving';
import { SpeechClient } from '../speech-client';
import { SpeechWords } from '../speech-words';
import type { Piece } from '../transcribing';

export const RATE = 16_000;
/** Beyond it an utterance is cut. */
export const LONGEST_S = 15;
/** A voice's own level tells it from the others. */
const LEVELS = 1024;
/** What passes between two looks at the clock: of three, one is after the rest that a guess earns. */
const LOOK_MS = 90;
/** Heard by nobody yet, beyond which the oldest may be gone; what is in hand may be as long as an utterance. */
const MOST_UNHEARD_S = 25;
const MOST_IN_HAND_S = 14;

/** Of a model on its page's own origin. */
export const OPTIONS = {
  address: { url: 'https://page.test/speech.json', file: null },
  assetBase: 'https://page.test/assets/',
  device: 'auto',
  allowSoftwareAdapter: false,
} as const;

/** What is on its way within a side has come: no timer, of which each takes a millisecond. */
export function settled(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

interface Asked {
  readonly samples: Float32Array;
  answer(pieces: readonly Piece[]): void;
  fail(error: Error): void;
}

/** Both ends of one worker: what it is sent and what it says waits until it is let go. */
class Worker extends EventTarget {
  readonly inbox: ToSpeechWorker[] = [];
  readonly outbox: FromSpeechWorker[] = [];
  readonly asked: Asked[] = [];
  readonly #blocks: (() => void)[] = [];
  loads = 0;
  terminated = false;
  closed = false;
  load: { come(): void; fail(error: Error): void } | null = null;
  readonly #port: SpeechPort = {
    postMessage: (message) => void (this.terminated || this.outbox.push(message)),
    onmessage: null,
    close: () => (this.closed = true),
  };

  constructor(private readonly slowGate: boolean) {
    super();
    const open: OpenListener = (_options, tell) => {
      this.loads += 1;
      return new Promise((resolve, fail) => {
        let lookedMs = 0;
        const nowMs = () => (lookedMs += LOOK_MS);
        const come = () =>
          resolve({ listener: new Listener(this.#gate(), this.#transcribe, tell, nowMs), language: 'en' });
        this.load = { come, fail };
      });
    };
    serveSpeech(this.#port, open);
  }

  postMessage(message: ToSpeechWorker): void {
    if (!this.terminated) this.inbox.push(message);
  }

  terminate(): void {
    this.terminated = true;
    this.inbox.length = this.outbox.length = 0;
  }

  /** One message to it. */
  take(): boolean {
    const message = this.closed ? undefined : this.inbox.shift();
    if (message !== undefined) this.#port.onmessage?.(new MessageEvent('message', { data: message }));
    return message !== undefined;
  }

  /** One message from it. */
  tell(): boolean {
    const message = this.outbox.shift();
    if (message !== undefined) this.dispatchEvent(new MessageEvent('message', { data: message }));
    return message !== undefined;
  }

  /** All that it was sent comes, until it asks the model. */
  async work(): Promise<void> {
    for (let busy = true; busy && this.asked.length === 0;) {
      busy = this.take();
      await settled();
      busy = (await this.hearBlocks()) || busy;
    }
  }

  die(): void {
    if (this.terminated) return;
    this.closed = true;
    this.outbox.length = 0;
    this.dispatchEvent(new Event('error'));
  }

  /** The gate hears as many blocks, or all that there are. @returns whether there was one */
  async hearBlocks(most = Infinity): Promise<boolean> {
    let heard = 0;
    for (; heard < most && this.#blocks.length > 0; heard += 1) {
      this.#blocks.shift()?.();
      for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
    }
    return heard > 0;
  }

  readonly #transcribe = (samples: Float32Array<ArrayBuffer>): Promise<readonly Piece[]> =>
    new Promise((answer, fail) => this.asked.push({ samples, answer, fail }));

  /** Hears speech wherever a sample is not 0. */
  #gate(): SpeechGate {
    const run: Graph['run'] = async (inputs) => {
      if (this.slowGate) await new Promise<void>((resolve) => this.#blocks.push(resolve));
      const block = (inputs['input'] as { data: Float32Array }).data.subarray(64);
      const output = Float32Array.of(block.some((sample) => sample !== 0) ? 1 : 0);
      return {
        output: { type: 'float32', dims: [1, 1], data: output },
        stateN: { type: 'float32', dims: [2, 1, 128], data: new Float32Array(256) },
      };
    };
    return SpeechGate.create({ run } as Graph);
  }
}

/** Each voice in it, with how many of its samples were given: `7:1600` is 0.1 s of the seventh. */
export function heardIn(samples: Float32Array): readonly Piece[] {
  const counts = new Map<number, { first: number; last: number; count: number }>();
  // by the run: an object for each of 16,000 a second takes longer than what is tested
  for (let from = 0, to = 0; from < samples.length; from = to) {
    const level = samples[from]!;
    while (to < samples.length && samples[to] === level) to += 1;
    if (level === 0) continue;
    const id = Math.round(level * LEVELS);
    const span = counts.get(id) ?? { first: from, last: 0, count: 0 };
    counts.set(id, { ...span, last: to - 1, count: span.count + to - from });
  }
  return [...counts].map(([id, { first, last, count }]) => ({
    text: ` ${id}:${count}`,
    start: first / RATE,
    end: (last + 1) / RATE,
  }));
}

export interface Voice {
  readonly id: number;
  readonly seconds: number;
  /** Its words may be lost: the clock leapt, the model heard nothing, or more was heard than is kept. */
  lossy: boolean;
}

export class SpeechWorld {
  readonly workers: Worker[] = [];
  ears: Told = told();
  words: SpeechWords | null = null;
  /** Voices that reached the model's side since the last start. */
  voices: Voice[] = [];
  /** Seconds since the last start, on the source's clock: what is heard lies in it. */
  now = 0;
  from = 0;
  /** The clock went back, and the words may not know it yet. */
  behind = false;
  /** An utterance was cut since the last start, though nobody paused. */
  cut = false;
  /** Something was made to fail. */
  broken = false;
  /** Of those who wait for the words of what they gave. */
  waiting = 0;
  #unheardS = 0;
  #client: SpeechClient | null = null;
  #ids = 0;

  constructor(
    readonly stepped: boolean,
    private readonly slowGate: boolean,
  ) {}

  get worker(): Worker | undefined {
    return this.workers.at(-1);
  }

  /** @param seconds of a file */
  start(seconds: number | null = null): void {
    if (this.words !== null) return;
    if (this.#client?.ended !== false) {
      this.#client = new SpeechClient(OPTIONS, () => {
        const worker = new Worker(this.slowGate);
        this.workers.push(worker);
        return worker;
      });
    }
    this.ears = told();
    this.voices = [];
    this.from = this.now = this.#unheardS = 0;
    this.behind = this.cut = false;
    this.words = new SpeechWords(this.#client, this.ears.on);
    this.words.start(scene({ stepped: this.stepped, seconds }));
  }

  stop(): void {
    this.words?.stop();
    this.words = null;
  }

  /** Another source of words is chosen. */
  close(): void {
    this.stop();
    this.#client?.close();
  }

  /** @param jumpS of the source's clock before it */
  push(kind: 'voice' | 'silence', seconds: number, jumpS = 0): void {
    const { words, worker } = this;
    if (words === null || worker === undefined || (this.stepped && this.waiting > 0)) return;
    const time = Math.max(0, this.now + jumpS);
    const id = kind === 'voice' ? (this.#ids = (this.#ids % 1000) + 1) : 0;
    const samples = new Float32Array(Math.round(seconds * RATE)).fill(id / LEVELS);
    const before = worker.inbox.length;
    const done = words.hear({ samples, sampleRateHz: RATE, time });
    this.#wait(done);
    const end = time + seconds;
    if (worker.inbox.length > before) {
      const leapt = this.now - time > 0.5;
      if (leapt) [this.from, this.behind] = [Math.min(this.from, time), true];
      if (leapt || jumpS >= 20) this.lose();
      this.#unheardS += seconds + Math.max(0, jumpS);
      if (id > 0) this.voices.push({ id, seconds, lossy: false });
      if (this.#unheardS > MOST_UNHEARD_S && !this.stepped) this.lose();
      this.now = leapt ? end : Math.max(this.now, end);
    } else this.now = Math.max(this.now, end);
  }

  /** The file has come to its end. */
  end(): void {
    this.#wait(this.words?.advance(this.now));
    this.now += 1;
  }

  /** Of what was said so far, words may be missing. */
  lose(): void {
    for (const voice of this.voices) voice.lossy = true;
  }

  #wait(done: void | Promise<void>): void {
    if (done === undefined) return;
    this.waiting += 1;
    void done.then(() => (this.waiting -= 1));
  }

  answer(how: 'rightly' | 'empty' | 'oddly'): void {
    const next = this.worker?.asked.shift();
    const pieces = how === 'empty' || next === undefined ? [] : heardIn(next.samples);
    const odd = [NaN, -3, 99, null];
    const oddly = pieces.map((piece, at) => ({
      ...piece,
      start: odd[at % 3] as number,
      end: odd[(at + 1) % 4]!,
    }));
    next?.answer(how === 'oddly' ? oddly.reverse() : pieces);
  }

  fail(): void {
    this.worker?.asked.shift()?.fail(new MemoError('graph-invalid', 'It cannot be run.', 'Use another.'));
  }

  /** All that is on its way comes, and is answered rightly. */
  async drain(): Promise<void> {
    await this.#drain();
    if (this.words !== null) this.behind = false;
    this.#unheardS = Math.min(this.#unheardS, MOST_IN_HAND_S);
  }

  async #drain(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet += 1) {
      for (const worker of this.workers) {
        worker.load?.come();
        while (worker.take()) quiet = 0;
        await settled();
        if (await worker.hearBlocks()) quiet = 0;
        while (worker.asked.length > 0) {
          const { samples, answer } = worker.asked.shift()!;
          this.cut ||= samples.length === LONGEST_S * RATE;
          answer(heardIn(samples));
          quiet = 0;
        }
        await settled();
        while (worker.tell()) quiet = 0;
      }
    }
  }
}
