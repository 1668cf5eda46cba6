/** Where the words come from, chosen, switched, hidden and ended in any order, while scripts, models and answers are on their way. */

import fc from 'fast-check';
import { beforeEach, describe, expect } from 'vitest';
import type { RecognitionAvailability, RecognitionClass } from '../capture/words/recognition-api';
import { FakeRecognition } from '../capture/words/testing/fake-recognition';
import type { WordSourceKind } from '../capture/words/word-source';
import { MemoError } from '../errors';
import { SpeechClient } from '../speech';
import type { FromSpeechWorker, ToSpeechWorker } from '../speech/protocol';
import { outcome, property } from '../testing/fuzz';
import { chunk, FakeSource } from './testing/fake-source';
import { Words } from './words';
// fetched late else, within a test's time
import '../capture/words';

class FakeWorker extends EventTarget {
  terminated = false;
  run = 0;
  /** What it was given to hear and has not answered. */
  owed = 0;

  postMessage(message: ToSpeechWorker): void {
    if (message.kind === 'reset') this.run = message.run;
    if (message.kind === 'samples') this.owed += 1;
  }

  terminate(): void {
    this.terminated = true;
  }

  say(message: FromSpeechWorker): void {
    if (!this.terminated) this.dispatchEvent(new MessageEvent('message', { data: message }));
  }

  work(): void {
    for (; this.owed > 0; this.owed -= 1) {
      this.say({ kind: 'worked' });
      this.say({ kind: 'taken' });
    }
  }
}

class Recogniser extends FakeRecognition {
  static answers: ((place: RecognitionAvailability) => void)[] = [];
  over = false;

  static override available(): Promise<RecognitionAvailability> {
    return new Promise((resolve) => Recogniser.answers.push(resolve));
  }

  override abort(): void {
    this.over = true;
    super.abort();
  }
}

const options = {
  assetBase: 'https://page.test/assets/',
  device: 'auto',
  allowSoftwareAdapter: false,
} as const;
const READ = { kind: 'file', reader: {} } as object;

/** Everything around `Words`: what is on its way is answered when a test says so. */
class Surroundings {
  readonly workers: FakeWorker[] = [];
  readonly creating: ((made: boolean) => void)[] = [];
  readonly files: { readonly name: string; arrive(): void }[] = [];
  readonly waits: Promise<unknown>[] = [];
  readonly words: Words;
  source: FakeSource | null = null;
  hidden = false;
  /** Nobody reacts any more. */
  calm = false;
  /** Whoever was asked for last. */
  wanted: string | null = null;
  #changes = 0;

  constructor(reaction: { readonly at: number; readonly is: 'stop' | 'typed' } | null) {
    const words: Words = new Words(
      {
        recognition: Recogniser as unknown as RecognitionClass,
        language: 'en-US',
        speechUrl: 'https://page.test/speech.json',
        manifestUrl: 'https://page.test/manifest.json',
        createSpeech: (address) =>
          new Promise((resolve, reject) =>
            this.creating.push((made) => {
              if (!made) return reject(new MemoError('file-missing', 'No script.', 'Try again.'));
              const worker = new FakeWorker();
              this.workers.push(worker);
              resolve(new SpeechClient({ ...options, address }, () => worker));
            }),
          ),
      },
      {
        changed: () => {
          this.#changes += 1;
          if (this.#changes !== reaction?.at || this.calm) return;
          if (reaction.is === 'stop') words.stop();
          else this.choose('typed');
        },
        said: () => undefined,
        speaking: () => false,
      },
    );
    this.words = words;
  }

  get running(): readonly FakeWorker[] {
    return this.workers.filter(({ terminated }) => !terminated);
  }

  get sessions(): readonly Recogniser[] {
    return (FakeRecognition.started as Recogniser[]).filter(({ over }) => !over);
  }

  choose(source: WordSourceKind): void {
    this.wanted = null;
    this.words.choose(source);
  }

  attach(stepped: boolean): void {
    if (this.source !== null) return;
    this.source = Object.assign(new FakeSource(() => 2000), stepped ? READ : {});
    this.words.setRunning(!this.hidden);
    this.words.attach(this.source);
  }

  detach(): void {
    this.source = null;
    this.words.detach();
  }

  captions(name: string): void {
    this.wanted = name;
    const text = new Promise<string>((resolve) =>
      this.files.push({ name, arrive: () => resolve(`WEBVTT\n\n00:00.000 --> 10:00.000\n${name}`) }),
    );
    const file = {
      size: 50,
      text: () => text,
      arrayBuffer: () => text.then((t) => new TextEncoder().encode(t).buffer),
    };
    this.waits.push(outcome(() => this.words.captions(file as unknown as Blob, name)));
  }

  /** All that is on its way comes. */
  async allComes(): Promise<void> {
    for (let round = 0; round < 6; round += 1) {
      await settled();
      for (const create of this.creating.splice(0)) create(true);
      for (const answer of Recogniser.answers.splice(0)) answer('available');
      for (const { arrive } of this.files.splice(0)) arrive();
      for (const worker of this.workers) {
        worker.say({ kind: 'ready', language: 'en' });
        worker.work();
      }
    }
  }

  expectOneAtATime(): void {
    const { source, on, status } = this.words.state;
    expect(this.running.length, 'speech models').toBeLessThanOrEqual(source === 'in-page' && on ? 1 : 0);
    const hears = source === 'browser' && on && this.source !== null && !this.hidden;
    expect(this.sessions.length, 'sessions of the browser').toBeLessThanOrEqual(hears ? 1 : 0);
    if (this.source === null) expect(['off', 'failed']).toContain(status);
  }
}

const settled = async () => {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

const simple = (weight: number, ...names: string[]) => ({
  weight,
  arbitrary: fc.constantFrom(...names).map((what) => ({ do: what })),
});
const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('choose'),
      source: fc.constantFrom<WordSourceKind>('in-page', 'in-page', 'browser', 'typed', 'captions'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('captions'), name: fc.constantFrom('a.vtt', 'b.vtt') }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('file'), at: fc.nat(2) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('create'), made: fc.constantFrom(true, true, false) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('attach'), stepped: fc.boolean() }) },
  simple(5, 'start'),
  simple(3, 'settle'),
  simple(6, 'detach', 'hide', 'show', 'stop', 'ready', 'place', 'tick'),
  simple(4, 'heard', 'hear', 'type', 'advance', 'work'),
  simple(1, 'die'),
);
type Action = {
  readonly do: string;
  readonly source?: WordSourceKind;
  readonly name?: string;
  readonly at?: number;
} & {
  readonly made?: boolean;
  readonly stepped?: boolean;
};

function step(around: Surroundings, { do: what, ...given }: Action): Promise<void> | void {
  const { words, workers } = around;
  const worker = workers.at(-1);
  switch (what) {
    case 'choose':
      return around.choose(given.source!);
    case 'captions':
      return around.captions(given.name!);
    case 'file':
      return around.files.splice(given.at!, 1)[0]?.arrive();
    case 'create':
      return around.creating.shift()?.(given.made!);
    case 'attach':
      return around.attach(given.stepped!);
    case 'detach':
      return around.detach();
    case 'hide':
    case 'show':
      around.hidden = what === 'hide';
      return words.setRunning(!around.hidden);
    case 'start':
      return words.start();
    case 'stop':
      return words.stop();
    case 'type':
      around.wanted = null;
      return words.type('typed');
    case 'ready':
      return worker?.say({ kind: 'ready', language: 'en' });
    case 'heard':
      return worker?.say({
        kind: 'heard',
        run: worker.run,
        heard: { words: [{ text: 'heard', start: 1, end: 2, final: true }], final: true },
      });
    case 'work':
      return worker?.work();
    case 'die':
      return void (worker?.terminated === false && worker.dispatchEvent(new Event('error')));
    case 'place':
      return Recogniser.answers.shift()?.('available');
    case 'hear':
      if (around.source !== null && 'reader' in around.source) around.waits.push(words.hear(chunk(0)));
      else around.source?.fire('samples', chunk(0));
      return;
    case 'advance':
      if (around.source !== null && 'reader' in around.source) around.waits.push(words.advance(3));
      return;
    case 'tick':
      return Promise.resolve();
    default:
      return settled();
  }
}

describe('Words', () => {
  beforeEach(() => FakeRecognition.reset());

  property(
    'words from anywhere, chosen and switched and ended in any order',
    700,
    [
      fc.option(fc.record({ at: fc.integer({ min: 1, max: 12 }), is: fc.constantFrom('stop', 'typed') }), {
        freq: 1,
      }),
      fc.array(action, { maxLength: 20, size: 'max' }),
    ],
    async (reaction, steps) => {
      FakeRecognition.reset();
      Recogniser.answers = [];
      const around = new Surroundings(reaction);
      const { words } = around;
      for (const each of steps) await step(around, each);
      await around.allComes();
      around.expectOneAtATime();
      const { source, on, status, captions } = words.state;
      if (around.wanted !== null && reaction === null) {
        expect([source, captions?.name], 'what was asked for last').toEqual(['captions', around.wanted]);
      }
      const begins =
        on && around.source !== null && (around.source as { reader?: object }).reader === undefined;
      if (begins && !around.hidden && (source !== 'captions' || captions !== null))
        expect(status, `${source} is on, in a run that is seen`).toBe('listening');
      // a fresh wish works
      around.calm = true;
      if (around.hidden) void step(around, { do: 'show' });
      around.detach();
      around.attach(false);
      for (const wish of ['browser', 'in-page'] as const) {
        words.stop();
        around.choose(wish);
        words.start();
        await around.allComes();
        expect([words.state.source, words.state.status]).toEqual([wish, 'listening']);
        around.expectOneAtATime();
      }
      words.close();
      await around.allComes();
      const done = Promise.all(around.waits).then(() => 'done');
      expect(await Promise.race([done, settled()]), 'nobody waits after the end').toBe('done');
      expect([around.running, around.sessions, around.creating]).toEqual([[], [], []]);
    },
  );
});
