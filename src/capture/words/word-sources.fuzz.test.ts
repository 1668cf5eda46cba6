/** The browser's recognition, a `<track>` and a caption file, in any order of what a browser does and a run wants. */

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, vi } from 'vitest';
import { ERROR_CODES } from '../../errors';
import { property } from '../../testing/fuzz';
import type { TrackStatus } from '../source';
import { BrowserWords } from './browser-words';
import { CaptionWords } from './caption-words';
import type { RecognitionClass, RecognitionPlace } from './recognition-api';
import { FakeRecognition } from './testing/fake-recognition';
import { scene } from './testing/told';
import { TrackWords } from './track-words';
import type { Word, WordListeners, WordSource, WordStatus } from './word-source';

/** On or off as a browser has it: begun late, ended by itself, its end told late after an abort. */
class LateRecognition extends FakeRecognition {
  static all: LateRecognition[] = [];
  static installing: ((installed: boolean) => void)[] = [];
  static throws = false;
  state: 'new' | 'begins' | 'on' | 'ends' | 'over' = 'new';

  constructor() {
    super();
    LateRecognition.all.push(this);
  }

  static override install(): Promise<boolean> {
    return new Promise((resolve) => LateRecognition.installing.push(resolve));
  }

  override start(): void {
    if (LateRecognition.throws) throw new DOMException('no', 'NotAllowedError');
    this.state = 'begins';
  }

  override abort(): void {
    if (this.state === 'begins' || this.state === 'on') this.state = 'ends';
  }

  /** What it does next by itself. */
  goOn(): void {
    if (this.state === 'begins') {
      this.state = 'on';
      this.fire('start');
    } else if (this.state === 'ends') {
      this.state = 'over';
      this.fire('error', 'aborted');
      this.fire('end');
    }
  }

  breakOff(error: string | null): void {
    if (this.state !== 'begins' && this.state !== 'on') return;
    this.state = 'over';
    if (error !== null) this.fire('error', error);
    this.fire('end');
  }

  get listens(): boolean {
    return this.state === 'begins' || this.state === 'on';
  }
}

/** Remembers, checks, and stops the source where it is told to: whoever shows words may do that at any of them. */
class Ears {
  readonly statuses: WordStatus[] = [];
  errors = 0;
  words: readonly Word[] = [];
  source: WordSource | null = null;
  stopped = false;
  /** Something was told after it was stopped. */
  late = false;
  #calls = 0;

  /** @param stopsAt at which of the calls */
  constructor(private readonly stopsAt: number | null) {}

  readonly on: WordListeners = {
    words: (words) => this.#hear(() => (this.words = words)),
    status: (status) => this.#hear(() => this.statuses.push(status)),
    error: (error) =>
      this.#hear(() => {
        this.errors += 1;
        expect(ERROR_CODES).toContain(error.code);
        expect(error.cure.trim()).not.toBe('');
      }),
  };

  stop(): void {
    this.stopped = true;
    this.source?.stop();
  }

  expectTold(source: WordSource): void {
    expect(this.late, 'told after it was stopped').toBe(false);
    if (this.stopped) return;
    expect(this.statuses.at(-1) ?? 'off', 'as it was told').toBe(source.status);
    expect(this.errors, 'a failure is told').toBe(source.status === 'failed' ? 1 : 0);
  }

  #hear(step: () => void): void {
    this.late ||= this.stopped;
    step();
    this.#calls += 1;
    if (this.#calls === this.stopsAt) this.stop();
  }
}

const stopsAt = fc.option(fc.integer({ min: 1, max: 8 }));
const passed = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const ERRORS = ['no-speech', 'aborted', 'network', 'not-allowed', null, null, null];
const recognising = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ do: 'goOn' } as const) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('end'), error: fc.constantFrom(...ERRORS) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('say'), final: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ do: 'speechstart' } as const) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('install'), installed: fc.constantFrom(true, true, false) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('microphone'),
      is: fc.constantFrom<TrackStatus>('live', 'live', 'lost', 'lost', 'off'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(0, 250, 1000, 6000) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'throw' } as const) },
  { weight: 1, arbitrary: fc.constant({ do: 'stop' } as const) },
);

describe('The browser’s recognition', () => {
  property(
    'a recognition that begins late, ends and fails, while the microphone comes and goes',
    500,
    [
      fc.constantFrom<RecognitionPlace>('device', 'installable', 'service'),
      stopsAt,
      fc.array(recognising, { maxLength: 20, size: 'max' }),
    ],
    async (place, stopAt, steps) => {
      vi.clearAllTimers();
      LateRecognition.all = [];
      LateRecognition.installing = [];
      LateRecognition.throws = false;
      const ears = new Ears(stopAt);
      const recognition = LateRecognition as unknown as RecognitionClass;
      const source = new BrowserWords({ recognition, language: 'en-US', place }, ears.on);
      ears.source = source;
      let changed: () => void = () => undefined;
      const run = {
        kind: 'devices' as const,
        microphone: 'live' as TrackStatus,
        on: (_event: string, listener: unknown) => (changed = listener as () => void),
      };
      const holds = () => {
        const listening = LateRecognition.all.filter(({ listens }) => listens);
        expect(listening.length, 'one at a time').toBeLessThan(2);
        const rests = ears.stopped || source.status === 'failed' || source.status === 'off';
        if (rests) expect([listening.length, vi.getTimerCount()], 'nobody listens').toEqual([0, 0]);
        ears.expectTold(source);
      };
      source.start(scene({ source: run, now: () => performance.now() / 1000 }));
      holds();
      for (const step of steps) {
        const newest = LateRecognition.all.at(-1);
        const installs = LateRecognition.installing.length;
        if (step.do === 'goOn') LateRecognition.all.forEach((each) => each.goOn());
        else if (step.do === 'end') newest?.breakOff(step.error);
        else if (step.do === 'say' && newest?.state === 'on') newest.say('so happy', step.final);
        else if (step.do === 'speechstart' && newest?.state === 'on') newest.fire('speechstart');
        else if (step.do === 'install') LateRecognition.installing.shift()?.(step.installed);
        else if (step.do === 'pass') await passed(step.ms);
        else if (step.do === 'throw') LateRecognition.throws = true;
        else if (step.do === 'stop') ears.stop();
        else if (step.do === 'microphone') {
          run.microphone = step.is;
          changed();
        }
        if (ears.stopped)
          expect(LateRecognition.installing.length, 'nothing is fetched after the end').toBeLessThanOrEqual(
            installs,
          );
        holds();
      }
      // whoever waits long enough, with a browser that does what it should, is listened to
      LateRecognition.throws = false;
      run.microphone = 'live';
      if (!ears.stopped) changed();
      for (let turn = 0; turn < 4; turn += 1) {
        await passed(10_000);
        LateRecognition.installing.splice(0).forEach((installed) => installed(true));
        await passed(0);
        LateRecognition.all.forEach((each) => each.goOn());
        holds();
      }
      if (!ears.stopped && source.status !== 'failed') {
        expect([source.status, LateRecognition.all.at(-1)?.state]).toEqual(['listening', 'on']);
        LateRecognition.all.at(-1)?.say('at last', true);
        expect(ears.words.at(-1)?.text).toBe('last');
      }
      ears.stop();
      await passed(60_000);
      holds();
    },
  );
});

class FakeMedia extends EventTarget {
  currentTime = 0;
}

class FakeElement extends EventTarget {
  static readonly ERROR = 3;
  static readonly LOADED = 2;
  readonly srclang = 'en';
  readonly src = 'a.vtt';
  readyState = 0;
  readonly parentElement = new FakeMedia();
  readonly track = Object.assign(new EventTarget(), {
    mode: 'disabled',
    activeCues: [] as object[],
    cues: [] as object[],
  });
}

const showing = fc.oneof(
  fc.constantFrom('load', 'error', 'stop', 'advance').map((what) => ({ do: what })),
  fc.record({ do: fc.constant('cues'), from: fc.nat(8), count: fc.nat(3) }),
);
const CUES = Array.from({ length: 10 }, (_, at) => ({ startTime: at, endTime: at + 2, text: `w${at}` }));

describe('Captions', () => {
  beforeEach(() => {
    vi.stubGlobal('HTMLMediaElement', FakeMedia);
    vi.stubGlobal('HTMLTrackElement', FakeElement);
  });

  property(
    'a track that loads, fails and shows cues, stopped at any word',
    300,
    [
      fc.constantFrom(0, FakeElement.LOADED, FakeElement.ERROR),
      stopsAt,
      fc.array(showing, { maxLength: 12 }),
    ],
    (readyState, stopAt, steps) => {
      const ears = new Ears(stopAt);
      const element = new FakeElement();
      element.readyState = readyState;
      element.track.cues = CUES;
      const source = new TrackWords(element as unknown as HTMLTrackElement, ears.on);
      ears.source = source;
      source.start(scene({ now: () => element.parentElement.currentTime }));
      for (const step of steps) {
        if (step.do === 'stop') ears.stop();
        else if (step.do === 'advance') source.advance(3);
        else if ('from' in step) {
          element.track.activeCues = CUES.slice(step.from, step.from + step.count);
          element.parentElement.currentTime = step.from;
          element.track.dispatchEvent(new Event('cuechange'));
        } else element.dispatchEvent(new Event(step.do));
        ears.expectTold(source);
      }
      ears.stop();
      expect(element.track.mode, 'as the page had it').toBe('disabled');
    },
  );

  property(
    'a caption file, stopped at any word or warning',
    200,
    [stopsAt, fc.nat(20), fc.array(fc.nat(20), { maxLength: 8 })],
    (stopAt, seconds, times) => {
      vi.clearAllTimers();
      const ears = new Ears(stopAt);
      const clock = { seconds: 0 };
      const source = new CaptionWords({ name: 'a.vtt', language: 'en', cues: CUES }, ears.on);
      ears.source = source;
      source.start(scene({ now: () => clock.seconds, seconds }));
      for (const at of times) {
        clock.seconds = at;
        vi.advanceTimersByTime(250);
        expect(vi.getTimerCount()).toBe(ears.stopped ? 0 : 1);
      }
      ears.stop();
      expect([vi.getTimerCount(), ears.late]).toEqual([0, false]);
    },
  );
});
