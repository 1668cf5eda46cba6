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
/** A voice's own level tells it from the others. */
const LEVELS = 1024;

const options = {
  address: { url: 'https://page.test/speech.json', file: null },
  assetBase: 'https://page.test/assets/',
  device: 'auto',
  allowSoftwareAdapter: false,
} as const;

export const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

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
        const come = () =>
          resolve({ listener: new Listener(this.#gate(), this.#transcribe, tell, () => 0), language: 'en' });
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
  samples.forEach((sample, at) => {
    if (sample === 0) return;
    const id = Math.round(sample * LEVELS);
    const span = counts.get(id) ?? { first: at, last: at, count: 0 };
    counts.set(id, { ...span, last: at, count: span.count + 1 });
  });
  return [...counts].map(([id, { first, last, count }]) => ({
    text: ` ${id}:${count}`,
    start: first / RATE,
    end: (last + 1) / RATE,
  }));
}

export interface Voice {
  readonly id: number;
  readonly seconds: number;
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
  /** Sound whose words may be lost: the clock leapt, or more was heard than is kept. */
  lossy = false;
  /** Something was made to fail. */
  broken = false;
  /** Of those who wait for the words of what they gave. */
  waiting = 0;
  #heardS = 0;
  #client: SpeechClient | null = null;
  #ids = 0;

  constructor(
    readonly stepped: boolean,
    private readonly slowGate: boolean,
  ) {}

  get worker(): Worker | undefined {
    return this.workers.at(-1);
  }

  start(): void {
    if (this.words !== null) return;
    if (this.#client?.ended !== false) {
      this.#client = new SpeechClient(options, () => {
        const worker = new Worker(this.slowGate);
        this.workers.push(worker);
        return worker;
      });
    }
    this.ears = told();
    this.voices = [];
    this.from = this.now = this.#heardS = 0;
    this.lossy = false;
    this.words = new SpeechWords(this.#client, this.ears.on);
    this.words.start(scene({ stepped: this.stepped }));
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
    if (done !== undefined) {
      this.waiting += 1;
      void done.then(() => (this.waiting -= 1));
    }
    const end = time + seconds;
    if (worker.inbox.length > before) {
      const leapt = this.now - time > 0.5;
      if (leapt) [this.from, this.lossy] = [time, true];
      if (jumpS >= 20) this.lossy = true;
      this.#heardS += seconds + Math.max(0, jumpS);
      if (this.#heardS > 25 && !this.stepped) this.lossy = true;
      if (id > 0) this.voices.push({ id, seconds });
      this.now = leapt ? end : Math.max(this.now, end);
    } else this.now = Math.max(this.now, end);
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
    for (let quiet = 0; quiet < 3; quiet += 1) {
      for (const worker of this.workers) {
        worker.load?.come();
        while (worker.take()) quiet = 0;
        await settled();
        if (await worker.hearBlocks()) quiet = 0;
        while (worker.asked.length > 0) {
          const { samples, answer } = worker.asked.shift()!;
          answer(heardIn(samples));
          quiet = 0;
        }
        await settled();
        while (worker.tell()) quiet = 0;
      }
    }
  }
}
