import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TrackStatus } from '../source';
import { BrowserWords } from './browser-words';
import type { RecognitionClass, RecognitionPlace } from './recognition-api';
import { recognitionPlace } from './recognition-place';
import { FakeRecognition } from './testing/fake-recognition';
import { scene, told } from './testing/told';

const recognition = FakeRecognition as unknown as RecognitionClass;

function listening(place: RecognitionPlace = 'service', microphone: TrackStatus = 'live') {
  const heard = told();
  const clock = { seconds: 0 };
  const source = new BrowserWords({ recognition, language: 'en-US', place }, heard.on);
  const devices = { kind: 'devices', microphone, on: () => undefined } as const;
  const run = { speaks: false };
  source.start(scene({ source: devices, now: () => clock.seconds, speaking: () => run.speaks }));
  const session = () => FakeRecognition.started.at(-1)!;
  return { heard, clock, source, session, run };
}

describe('BrowserWords', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    FakeRecognition.reset();
  });
  afterEach(() => void vi.useRealTimers());

  it('replaces interim words by final ones, at the times they were spoken', async () => {
    const { heard, clock, session } = listening();
    await vi.advanceTimersByTimeAsync(0);
    expect(heard.statuses).toEqual(['starting', 'listening']);
    clock.seconds = 10;
    session().fire('speechstart');
    clock.seconds = 11;
    session().say('I lover', false);
    expect(heard.said()).toBe('I? lover?');
    clock.seconds = 12;
    session().say('I love this', true);
    expect(heard.said()).toBe('I love this');
    const words = heard.lists.at(-1)!;
    expect(words[0]?.start).toBe(10);
    expect(words.at(-1)?.end).toBeCloseTo(12);
    clock.seconds = 30;
    session().say('and', false);
    expect(heard.said()).toBe('I love this and?');
    expect(heard.lists.at(-1)!.at(-1)?.start, 'not since the last word').toBeGreaterThan(28);
  });

  const unsure = (transcript: string) => ({ transcript, isFinal: true, confidence: 0 });
  const sure = (transcript: string) => ({ transcript, isFinal: true, confidence: 0.9 });
  const [how, are, you] = ['how', 'how are', 'How are you'] as const;

  it.each([
    ['in place of each other', [[unsure(how)], [unsure(are)], [sure(you)]]],
    [
      'beside each other',
      [
        [unsure(how)],
        [unsure(how), unsure('')],
        [unsure(how), unsure(''), unsure(are)],
        [unsure(how), unsure(''), unsure(are), sure(you)],
      ],
    ],
  ])(
    'guesses that are called final, %s, are one text; so is what is delivered again',
    async (_how, events) => {
      const { heard, session } = listening();
      await vi.advanceTimersByTimeAsync(0);
      session().deliver(...events[0]!);
      expect(heard.said()).toBe('how?');
      for (const said of events.slice(1)) session().deliver(...said);
      expect(heard.said()).toBe('How are you');
      const last = events.at(-1)!;
      session().deliver(...last);
      session().deliver(...last, sure('fine'));
      expect(heard.said()).toBe('How are you fine');
    },
  );

  it('that never says how sure it is, is believed once something else follows, or the session ends', async () => {
    const { heard, session } = listening();
    await vi.advanceTimersByTimeAsync(0);
    session().deliver(unsure('good morning'));
    session().deliver(unsure('good morning'), { ...unsure('all'), isFinal: false });
    expect(heard.said()).toBe('good morning all?');
    session().deliver(unsure('good morning'), unsure('all of you'));
    session().fire('end');
    expect(heard.said()).toBe('good morning all of you');
    await vi.advanceTimersByTimeAsync(0);
    session().say('thanks', true);
    expect(heard.said()).toBe('good morning all of you thanks');
  });

  it('keeps the sound on the device where the browser offers it', async () => {
    FakeRecognition.availability = 'available';
    const place = await recognitionPlace(FakeRecognition, 'en-US');
    expect(place).toBe('device');
    const { session } = listening(place);
    await vi.advanceTimersByTimeAsync(0);
    expect(session().processLocally).toBe(true);
    expect(FakeRecognition.installs).toEqual([]);
  });

  it('installs the language first where it can be, and never falls back to a service', async () => {
    FakeRecognition.availability = 'downloadable';
    expect(await recognitionPlace(FakeRecognition, 'en-US')).toBe('installable');
    const { session } = listening('installable');
    await vi.advanceTimersByTimeAsync(0);
    expect(FakeRecognition.installs).toEqual([{ langs: ['en-US'], processLocally: true }]);
    expect(session().processLocally).toBe(true);
    FakeRecognition.reset();
    FakeRecognition.installable = false;
    const failed = listening('installable');
    await vi.advanceTimersByTimeAsync(0);
    expect(failed.heard.errors.map(({ code }) => code)).toEqual(['recognition-language']);
    expect(FakeRecognition.started).toEqual([]);
  });

  it('promises nothing of a browser that does not say where it listens, or forbids to ask', async () => {
    expect(await recognitionPlace({}, 'en-US')).toBe('service');
    const available = () => Promise.reject(new DOMException('policy', 'NotAllowedError'));
    expect(await recognitionPlace({ available }, 'en-US')).toBe('service');
    const { session } = listening('service');
    await vi.advanceTimersByTimeAsync(0);
    expect(session().processLocally).toBe(false);
  });

  it('starts again when the browser ends it, and keeps what was said', async () => {
    const { heard, session } = listening();
    await vi.advanceTimersByTimeAsync(0);
    session().say('hello', true);
    session().fire('error', 'no-speech');
    session().fire('end');
    await vi.advanceTimersByTimeAsync(0);
    expect(FakeRecognition.started).toHaveLength(2);
    session().say('again', true);
    expect(heard.said()).toBe('hello again');
    expect(heard.errors).toEqual([]);
  });

  it('that ends every second is given up, each start later than the one before', async () => {
    const { heard, session, source } = listening();
    await vi.advanceTimersByTimeAsync(0);
    const rests: number[] = [];
    while (source.status === 'listening') {
      const count = FakeRecognition.started.length;
      await vi.advanceTimersByTimeAsync(1_000);
      session().fire('end');
      const endedMs = Date.now();
      while (source.status === 'listening' && FakeRecognition.started.length === count) {
        await vi.advanceTimersByTimeAsync(50);
      }
      rests.push(Date.now() - endedMs);
    }
    expect(FakeRecognition.started).toHaveLength(5);
    expect(rests.slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000]);
    expect(heard.errors.map(({ code }) => code)).toEqual(['recognition-unstable']);
    expect(heard.statuses.at(-1)).toBe('failed');
  });

  it.each([
    ['somebody speaks', true, 5],
    ['nobody speaks', false, 9],
  ])('that hears no word while %s is given up or not', async (_what, speaks, sessions) => {
    const { heard, session, source, run } = listening();
    await vi.advanceTimersByTimeAsync(0);
    while (source.status === 'listening' && FakeRecognition.started.length < 9) {
      for (let second = 0; second < 8; second += 1) {
        run.speaks = second < 3 || speaks; // at first of what was said before
        source.hear();
        await vi.advanceTimersByTimeAsync(1_000);
      }
      session().fire('end');
      await vi.advanceTimersByTimeAsync(4_000);
    }
    expect(FakeRecognition.started).toHaveLength(sessions);
    const told = { code: 'recognition-unstable', message: expect.stringContaining('one listener') as string };
    expect(heard.errors).toEqual(speaks ? [expect.objectContaining(told)] : []);
  });

  it.each([
    ['not-allowed', 'recognition-denied'],
    ['service-not-allowed', 'recognition-denied'],
    ['network', 'recognition-offline'],
    ['language-not-supported', 'recognition-language'],
    ['audio-capture', 'device-missing'],
    ['something-new', 'recognition-unstable'],
  ])('tells %s as %s, and does not try again', async (error, code) => {
    const { heard, session, source } = listening();
    await vi.advanceTimersByTimeAsync(0);
    session().fire('error', error);
    session().fire('end');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(heard.errors.map((told) => told.code)).toEqual([code]);
    expect(heard.errors[0]?.cure).not.toBe('');
    expect(FakeRecognition.started).toHaveLength(1);
    expect(source.status).toBe('failed');
  });

  it.each(['off', 'refused', 'ended'] as const)('hears nobody while the run’s microphone is %s', (status) => {
    const { heard } = listening('service', status);
    expect(heard.errors.map(({ code }) => code)).toEqual(['words-unsupported']);
    expect(heard.errors[0]?.cure).toContain('Start with the microphone on');
    expect(FakeRecognition.started).toEqual([]);
  });

  it('that is stopped by its own last words, as an application may, listens no more', async () => {
    const { heard, session, source } = listening();
    await vi.advanceTimersByTimeAsync(0);
    session().say('please stop', false);
    const { words } = heard.on;
    Object.assign(heard.on, {
      words: (said: Parameters<typeof words>[0]) => {
        words(said);
        source.stop();
      },
    });
    session().fire('end');
    expect([source.status, vi.getTimerCount()]).toEqual(['off', 0]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeRecognition.started).toHaveLength(1);
  });

  it('that is stopped as it is told that it starts fetches no language', async () => {
    const heard = told();
    const source = new BrowserWords(
      { recognition, language: 'en-US', place: 'installable' },
      { ...heard.on, status: () => source.stop() },
    );
    source.start(scene());
    await vi.advanceTimersByTimeAsync(0);
    expect([FakeRecognition.installs, FakeRecognition.started]).toEqual([[], []]);
  });

  it('whose microphone went and came back while a language was fetched has one session at a time', async () => {
    const installed: ((is: boolean) => void)[] = [];
    const sessions: FakeRecognition[] = [];
    class Late extends FakeRecognition {
      static override install(): Promise<boolean> {
        return new Promise((resolve) => installed.push(resolve));
      }
      // ends before it began
      override start(): void {
        sessions.push(this);
      }
    }
    const options = { language: 'en-US', place: 'installable' } as const;
    const source = new BrowserWords(
      { ...options, recognition: Late as unknown as RecognitionClass },
      told().on,
    );
    const listeners: (() => void)[] = [];
    const on = (_event: string, listener: unknown) => void listeners.push(listener as () => void);
    const devices: { kind: 'devices'; microphone: TrackStatus; on: typeof on } = {
      kind: 'devices',
      microphone: 'live',
      on,
    };
    source.start(scene({ source: devices }));
    for (const microphone of ['lost', 'live'] as const) {
      devices.microphone = microphone;
      listeners[0]?.();
    }
    installed[0]?.(true);
    await vi.advanceTimersByTimeAsync(0);
    sessions[0]?.fire('end');
    installed[1]?.(true);
    await vi.advanceTimersByTimeAsync(10_000);
    source.stop();
    expect(sessions.slice(1).filter(({ aborted }) => !aborted)).toEqual([]);
  });

  it('is over when stopped: no restart, no late word', async () => {
    const { heard, session, source } = listening();
    await vi.advanceTimersByTimeAsync(0);
    const last = session();
    source.stop();
    expect(last.aborted).toBe(true);
    last.say('late', true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(heard.lists).toEqual([]);
    expect(FakeRecognition.started).toHaveLength(1);
  });
});
