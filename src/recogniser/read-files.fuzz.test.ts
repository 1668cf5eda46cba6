/** Files that are read: analysed, cancelled, gone back into and given words in any order, by decoders and workers that are slow or fail. */

import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { demux, type Mediabunny } from '../capture/demuxed-media';
import { openFile } from '../capture/file-source';
import { ReaderSource } from '../capture/reader-source';
import * as mediabunny from '../capture/testing/fake-mediabunny';
import {
  Frame,
  READ_SECONDS,
  studio,
  type FilePlan,
  type TrackPlan,
} from '../capture/testing/fake-mediabunny';
import { ERROR_CODES, MemoError } from '../errors';
import type { RequestKind, Requests } from '../runtime/protocol';
import type { RequestOptions } from '../runtime/worker-client';
import { property } from '../testing/fuzz';
import { RandomClient } from './testing/random-world';
import { setUp } from './testing/set-up';
import type { RecogniserState } from './state';

/** As `openFile` does where there is WebCodecs. */
const readFile: typeof openFile = async (blob, name, signal) => {
  const reader = await demux(blob, name, signal, mediabunny as unknown as Mediabunny);
  return reader === null ? openFile(blob, name, signal) : new ReaderSource(reader);
};

/** What follows from promises has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Some of it has: what comes next comes in the midst of it. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}

const KINDS: readonly RequestKind[] = [
  'load',
  'reset',
  'face',
  'samples',
  'voice',
  'text',
  'estimate',
  'moment',
];
const TIMED: readonly RequestKind[] = ['face', 'voice', 'estimate'];
const VTT = 'WEBVTT\n\n00:00.500 --> 00:01.500\nWell\n\n00:02.000 --> 00:03.000\nOh no\n';

/** Read by promises alone: nothing here waits for the machine. */
class Given extends Blob {
  override slice = () => this;
  override arrayBuffer = () => Promise.resolve(new ArrayBuffer(8));
  override text = () => Promise.resolve(VTT);
}
const FILES = [new Given(['one file']), new Given(['another file'])];

/** Writes down what it is asked that nobody may ask. */
class ReadingClient extends RandomClient {
  readonly odd: string[] = [];
  readonly #times = new Map<RequestKind, number>();

  override request<K extends RequestKind>(
    kind: K,
    body: Requests[K]['request'],
    options: RequestOptions = {},
  ): Promise<Requests[K]['answer']> {
    if (!this.ended && options.signal?.aborted !== true) this.#check(kind, body as Partial<Sent>);
    return super.request(kind, body, options);
  }

  #check(kind: RequestKind, { time = 0, frame, sampleRateHz }: Partial<Sent>): void {
    if (kind === 'reset') this.#times.clear();
    const input = frame?.input ?? studio.inputs.find(({ rateHz }) => rateHz === sampleRateHz);
    if (input !== undefined && input.disposals > 0) this.odd.push(`${kind} of a file that was let go`);
    if (frame !== undefined && frame.closes > 0) this.odd.push('a frame that was closed');
    if (!TIMED.includes(kind)) return;
    if (!(time >= (this.#times.get(kind) ?? 0))) this.odd.push(`${kind} went back to ${time}`);
    this.#times.set(kind, time);
  }
}
interface Sent {
  readonly time: number;
  readonly frame: Frame;
  readonly sampleRateHz: number;
}

/** Files at one recogniser, from the first to the last of a case. */
class Reading {
  readonly parts;
  readonly recogniser;
  readonly unsettled = new Set<Promise<unknown>>();
  readonly #captions = new Set<Promise<unknown>>();
  readonly odd: unknown[] = [];
  /** After a stop, until the next start. */
  #stopped = false;
  /** Of this analysis. */
  #progress = 0;
  #answered = 0;

  constructor(waits: readonly RequestKind[]) {
    const wish = { rates: { face: 2, voice: 1, fusion: 1 } };
    this.parts = setUp(() => new ReadingClient(new Set(waits)), wish, { file: readFile });
    const { recogniser } = this.parts;
    this.recogniser = recogniser;
    recogniser.subscribe((state) => this.#told(state));
    recogniser.addEventListener('statechange', () => this.#told(recogniser.state));
    recogniser.addEventListener('error', ({ detail }) => this.#checkError(detail));
    recogniser.addEventListener('estimate', ({ detail: { time } }) => {
      this.#told(recogniser.state);
      const { phase } = recogniser.state;
      if (this.#stopped || phase !== 'listening') this.odd.push(`an answer at ${time} while ${phase}`);
      if (!(time > this.#answered)) this.odd.push(`answered ${time} after ${this.#answered}`);
      this.#answered = time;
    });
  }

  get clients(): readonly ReadingClient[] {
    return this.parts.clients as RandomClient[] as ReadingClient[];
  }

  do(what: Step['what'], which = 0): unknown {
    const { recogniser } = this;
    switch (what) {
      case 'file':
        this.#stopped = false;
        return this.#watch(recogniser.startFile(FILES[which % 2]!, 'talk.webm'));
      case 'stop':
        // captions that come after it are new ones: what is open is analysed with them
        this.#stopped = this.#captions.size === 0;
        return recogniser.stop();
      case 'captions':
        // what was open is analysed again with them
        this.#stopped = false;
        return this.#watch(recogniser.words.captions(new Given(['captions']), 'talk.vtt'), this.#captions);
      case 'seek':
        return recogniser.seek(which);
      case 'take':
        return this.#watch(recogniser.takeMoment());
      case 'decode':
        return studio.go(which);
      case 'answer':
        return this.clients.some((client) => client.answerOne(KINDS[which % KINDS.length]!));
      case 'fault':
        return this.#fail(which);
      case 'die':
        return this.clients.at(-1)?.die();
      case 'goOn':
        return this.goOn(1 + which);
      case 'settle':
        return settled();
    }
  }

  /** All is decoded and answered, for so many rounds or until nothing is left to do. */
  async goOn(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round += 1) {
      await settled();
      let went = studio.waiting.length > 0;
      while (studio.go(0));
      for (const client of this.clients) for (const kind of KINDS) while (client.answerOne(kind)) went = true;
      if (!went && rounds > 10) break;
    }
    await settled();
  }

  check(): void {
    this.#told(this.recogniser.state);
    expect(this.odd).toEqual([]);
    expect(this.clients.flatMap(({ odd }) => odd)).toEqual([]);
    const closed = studio.inputs.flatMap(({ held }) => held.map(({ closes }) => closes));
    expect(Math.max(0, ...closed), 'closed twice').toBeLessThan(2);
  }

  #told({ fileProgress, timeline, error }: RecogniserState): void {
    if (error !== null) this.#checkError(error);
    const times = timeline?.estimates.map(({ time }) => time) ?? [];
    if (times.some((time, at) => time <= (times[at - 1] ?? 0))) this.odd.push(`times ${times.join()}`);
    if (fileProgress === null) this.#progress = this.#answered = 0;
    else if (!(fileProgress >= this.#progress && fileProgress <= 1))
      this.odd.push(`progress ${fileProgress} after ${this.#progress}`);
    this.#progress = fileProgress ?? 0;
  }

  #watch(done: Promise<unknown>, among = this.unsettled): void {
    among.add(done);
    done.catch((error: unknown) => this.#checkError(error)).finally(() => among.delete(done));
  }

  #checkError(error: unknown): void {
    const typed = error instanceof MemoError && ERROR_CODES.includes(error.code) && error.cure.trim() !== '';
    if (!typed || error.code === 'internal') this.odd.push(error);
  }

  #fail(which: number): void {
    const kind = KINDS[which % KINDS.length]!;
    const error = new MemoError(
      which < 4 ? 'device-gpu-lost' : 'input-invalid',
      'It failed.',
      'Press Start again.',
    );
    for (const client of this.clients)
      if (client.waiting(kind).length > 0) return client.take(kind).fail(error);
  }
}

const DOES = ['file', 'stop', 'captions', 'seek', 'take', 'fault', 'die', 'goOn', 'settle'] as const;
const OFTEN = [
  'file',
  'stop',
  'decode',
  'decode',
  'decode',
  'answer',
  'settle',
  'take',
  'take',
  'goOn',
] as const;
const step = fc.record({
  what: fc.constantFrom(...DOES, ...OFTEN),
  which: fc.nat({ max: 7 }),
  /** How much of what follows from it happens before the next. */
  turns: fc.oneof(fc.constant(0), fc.nat({ max: 120 })),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const NEVER = 99;
const HEALTHY: TrackPlan = { waits: [], breaksAt: NEVER, endsAt: NEVER, shifts: [] };
const WHOLE: FilePlan = { opensLate: false, picture: HEALTHY, sound: HEALTHY, comesLate: false };
/** Mostly in the midst of it. */
const place = fc.constantFrom(NEVER, NEVER, NEVER, NEVER, 0, 1, 1, 2, 3);
const track: fc.Arbitrary<TrackPlan> = fc.record({
  waits: fc.constantFrom([], [], [true], [false, true], [false, false, true]),
  breaksAt: place,
  endsAt: place,
  shifts: fc.array(fc.constantFrom(0, 0, -1.4, 0.3, 2), { maxLength: 4 }),
});
const maybe = fc.option(track, { freq: 9, nil: null });
const plan = fc.record({ opensLate: fc.boolean(), picture: maybe, sound: maybe, comesLate: fc.boolean() });

async function expectFreshAnalysis(reading: Reading): Promise<void> {
  const { recogniser } = reading;
  studio.plans = [WHOLE];
  reading.do('stop');
  await reading.goOn(100);
  reading.do('file');
  await reading.goOn(100);
  expect(recogniser.state).toMatchObject({ phase: 'idle', error: null });
  expect(recogniser.state.timeline?.estimates.map(({ time }) => time)).toEqual([1, 2, 3, READ_SECONDS]);
  recogniser.seek(2);
  reading.do('take');
  await reading.goOn(100);
  expect(recogniser.state.moment).toMatchObject({ busy: false, error: null, taken: expect.anything() });
}

describe('files that are read', () => {
  property(
    'files that are read, cancelled, gone back into and given words in any order',
    300,
    [
      fc.boolean(),
      fc.array(plan, { minLength: 1, maxLength: 4 }),
      fc.subarray([...KINDS]),
      fc.array(step, { maxLength: 24, size: 'max' }),
    ],
    async (analysed, plans, waits, steps) => {
      studio.begin(analysed ? [WHOLE, ...plans] : plans);
      const reading = new Reading(waits);
      reading.do('file');
      if (analysed) {
        await reading.goOn(100);
        reading.do('seek', 2);
      }
      for (const each of steps) {
        const done = reading.do(each.what, each.which);
        if (done instanceof Promise) await done;
        await turns(each.turns);
        reading.check();
      }
      await reading.goOn(100);
      reading.check();
      await expectFreshAnalysis(reading);
      reading.recogniser.close();
      await reading.goOn(100);
      reading.check();
      expect(reading.unsettled.size, 'what was asked and never settled').toBe(0);
      expect(studio.inputs.map(({ disposals }) => disposals > 0)).not.toContain(false);
      const held = studio.inputs.flatMap((input) => input.held);
      expect(
        held.filter(({ closes }) => closes !== 1),
        'each is closed once',
      ).toEqual([]);
    },
  );
});
