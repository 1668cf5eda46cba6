import { describe, expect, it } from 'vitest';
import type { SampleSource } from '../encoders/voice/speech-gate';
import { Listener, type Heard } from './listener';
import type { Piece, Transcriber } from './transcribing';

const RATE = 16_000;

/** Speech is wherever samples are not 0; one transcription at a time, answered when a test says so. */
function setUp() {
  let source: SampleSource | null = null;
  let resets = 0;
  const gate = {
    follow: (from: SampleSource) => {
      source = from;
      return Promise.resolve();
    },
    spanSince: (from: number) => {
      if (source === null) return null;
      const start = Math.max(from, source.start);
      const samples = source.read(start, source.end - start);
      const first = samples.findIndex((sample) => sample !== 0);
      const last = samples.findLastIndex((sample) => sample !== 0);
      return first < 0 ? null : { start: start + first, end: start + last + 1 };
    },
    reset: () => (resets += 1),
  };
  const asked: {
    readonly samples: Float32Array;
    readonly seconds: number;
    readonly answer: (pieces: readonly Piece[]) => void;
  }[] = [];
  const transcriber: Transcriber = (samples) =>
    new Promise((answer) => asked.push({ samples, seconds: samples.length / RATE, answer }));
  const told: { readonly heard: Heard; readonly run: number }[] = [];
  const clock = { ms: 0 };
  const listener = new Listener(
    gate,
    transcriber,
    (heard, run) => told.push({ heard, run }),
    () => clock.ms,
  );
  const push = (level: number, seconds: number, time: number) =>
    listener.push(new Float32Array(seconds * RATE).fill(level), RATE, time);
  return { listener, asked, told, clock, push, resets: () => resets };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('Listener', () => {
  it('puts words on the clock of the source, within their utterance', async () => {
    const { listener, asked, told, push } = setUp();
    push(0, 1, 100);
    push(0.1, 2, 101);
    const work = listener.work();
    await settled();
    expect(asked[0]?.seconds).toBeCloseTo(2.25);
    asked[0]?.answer([
      { text: ' I am', start: 0.25, end: 1.25 },
      { text: 'hap', start: 1.25, end: null },
      { text: 'late', start: 9, end: 12 },
    ]);
    await work;
    const { words, final } = told[0]!.heard;
    expect(final).toBe(false);
    expect(words.map(({ text }) => text)).toEqual(['I', 'am', 'hap', 'late']);
    expect(words[0]?.start).toBeCloseTo(101, 2);
    expect(words[1]?.end).toBeCloseTo(102, 2);
    expect(words[2]?.end, 'open: to the end').toBeCloseTo(103, 2);
    expect(words[3]?.end, 'no further than was heard').toBeCloseTo(103, 2);
  });

  it('asks for one utterance at a time, and then for the newest', async () => {
    const { listener, asked, push, clock, told } = setUp();
    push(0.1, 1, 0);
    const work = listener.work();
    await settled();
    for (let second = 1; second < 4; second += 1) {
      push(0.1, 1, second);
      void listener.work();
    }
    push(0, 1, 4);
    await settled();
    expect(asked).toHaveLength(1);
    clock.ms = 10;
    asked[0]?.answer([{ text: 'a guess', start: 0, end: 1 }]);
    await settled();
    expect(asked, 'all that came meanwhile, once').toHaveLength(2);
    expect(asked[1]?.seconds).toBeCloseTo(4.25);
    asked[1]?.answer([{ text: 'the words', start: 0, end: 4 }]);
    await work;
    expect(told.map(({ heard }) => heard.final)).toEqual([false, true]);
  });

  it('rests after a guess as long as it took; an utterance that is over does not wait', async () => {
    const { listener, asked, push, clock } = setUp();
    push(0.1, 1, 0);
    void listener.work();
    await settled();
    clock.ms = 3_000;
    asked[0]?.answer([]);
    await settled();
    push(0.1, 1, 1);
    await listener.work();
    expect(asked).toHaveLength(1);
    clock.ms = 6_001;
    void listener.work();
    await settled();
    expect(asked).toHaveLength(2);
    asked[1]?.answer([]);
    await settled();
    push(0, 1, 2);
    void listener.work();
    await settled();
    expect(asked).toHaveLength(3);
  });

  it('makes every guess of sound that waits, however long the last took', async () => {
    const { listener, asked, push, clock } = setUp();
    push(0.1, 1, 0);
    const work = listener.work(true);
    await settled();
    clock.ms = 3_000;
    asked[0]?.answer([]);
    await work;
    push(0.1, 1, 1);
    void listener.work(true);
    await settled();
    expect(asked).toHaveLength(2);
  });

  it('tells nothing of an earlier run, and begins anew', async () => {
    const { listener, asked, push, told, resets } = setUp();
    push(0.1, 1, 50);
    const work = listener.work();
    await settled();
    listener.reset(2);
    asked[0]?.answer([{ text: 'old', start: 0, end: 1 }]);
    await work;
    expect(told).toEqual([]);
    expect(resets()).toBe(1);
    push(0.1, 1, 0);
    void listener.work();
    await settled();
    asked[1]?.answer([{ text: 'new', start: 0, end: 1 }]);
    await settled();
    expect(told.map(({ heard, run }) => [heard.words[0]?.text, heard.words[0]?.start, run])).toEqual([
      ['new', 0, 2],
    ]);
  });

  it('hears silence in what is no number, and no more than full scale: neither gate nor model meets it', async () => {
    const { listener, asked } = setUp();
    for (const rateHz of [RATE, 48_000]) {
      const samples = new Float32Array(rateHz).fill(0.1);
      samples.set([NaN, Infinity, -1e9], rateHz / 2);
      listener.reset(rateHz);
      listener.push(samples, rateHz, 0);
      void listener.work();
      await settled();
      const heard = asked.at(-1)!;
      // what is resampled overshoots a little beside a step
      expect(heard.samples.filter((sample) => !(Math.abs(sample) < 1.5))).toHaveLength(0);
      heard.answer([]);
      await settled();
    }
  });

  it('tells a model’s pieces in its order, with times that rise, whichever it gave them', async () => {
    const { listener, asked, told, push } = setUp();
    push(0.1, 2, 10);
    const work = listener.work();
    await settled();
    asked[0]?.answer([
      { text: 'a', start: NaN, end: 0.5 },
      { text: 'b', start: 0.4, end: null },
      { text: 'c', start: 0.8, end: NaN },
      { text: 'd', start: -3, end: 99 },
      { text: 'e', start: 1, end: 0 },
    ]);
    await work;
    const { words } = told[0]!.heard;
    expect(words.map(({ text, start, end }) => [text, start, end])).toEqual([
      ['a', 10, 10.5],
      ['b', 10.5, 10.8],
      ['c', 10.8, 10.8],
      ['d', 10.8, 12],
      ['e', 12, 12],
    ]);
  });

  it('settles what it guessed last, or is at, before a gap longer than it keeps', async () => {
    const { listener, asked, told, push } = setUp();
    push(0.1, 1, 10);
    void listener.work();
    await settled();
    asked[0]?.answer([{ text: 'before', start: 0, end: 1 }]);
    await settled();
    push(0.1, 1, 60);
    expect(told.at(-1)?.heard).toEqual({
      words: [{ text: 'before', start: 10, end: 11, final: true }],
      final: true,
    });
    void listener.work(true);
    await settled();
    push(0.1, 1, 110);
    asked[1]?.answer([{ text: 'meanwhile', start: 0, end: 1 }]);
    await settled();
    expect(told.map(({ heard: { words, final } }) => [words[0]?.text, final])).toEqual([
      ['before', false],
      ['before', true],
      ['meanwhile', true],
    ]);
  });

  it('says that the clock went back, and nothing of what it was at', async () => {
    const { listener, asked, told, push } = setUp();
    push(0.1, 1, 50);
    void listener.work();
    await settled();
    push(0.1, 1, 20);
    asked[0]?.answer([{ text: 'of later', start: 0, end: 1 }]);
    await settled();
    asked[1]?.answer([{ text: 'again', start: 0, end: 1 }]);
    await settled();
    expect(told.map(({ heard: { words, backTo } }) => [words[0]?.start, backTo])).toEqual([
      [undefined, 20],
      [20, undefined],
    ]);
  });

  it('is free again after a transcription that failed', async () => {
    let calls = 0;
    const failing: Transcriber = () => {
      calls += 1;
      return Promise.reject(new Error('broken'));
    };
    const gate = {
      follow: () => Promise.resolve(),
      spanSince: () => ({ start: 0, end: RATE }),
      reset: () => undefined,
    };
    const listener = new Listener(gate, failing, () => undefined);
    listener.push(new Float32Array(RATE).fill(0.1), RATE, 0);
    await expect(listener.work()).rejects.toThrow('broken');
    await expect(listener.work()).rejects.toThrow('broken');
    expect(calls).toBe(2);
  });
});
