/** Files that are opened, played, read, sought, left and broken in any order. */

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, vi } from 'vitest';
import type { Source, TimedFrame } from '../capture';
import { openFile } from '../capture/file-source';
import type { MemoError } from '../errors';
import { outcome, property } from '../testing/fuzz';

/** What follows from promises has happened; a timer would wait a millisecond each time. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

const RATE_HZ = 1000;
const SECONDS = 2;

/** A picture on its way; a test says when it is there. */
class Picture {
  closes = 0;
  /** Whether it was made; null while it is on its way. */
  there: boolean | null = null;
  /** One shown after it was there before it: nobody gets it. */
  late = false;
  readonly own = { close: () => void (this.closes += 1) };
  #settle!: (there: boolean) => void;
  readonly made = new Promise<object>((resolve, reject) => {
    this.#settle = (there) =>
      there ? resolve(this.own) : reject(new DOMException('no', 'InvalidStateError'));
  });

  come(there: boolean, shownLater: readonly Picture[]): void {
    if (this.there !== null) return;
    this.there = there;
    this.late = shownLater.some((picture) => picture.there);
    this.#settle(there);
  }
}

class NumberedBlob extends Blob {
  constructor(readonly number: number) {
    super(['no media']);
  }
  // read by promises alone: nothing here waits for the machine
  override slice = () => this;
  override arrayBuffer = () => Promise.resolve(new ArrayBuffer(8));
}

type Present = ((now: number, about: { mediaTime: number }) => void) | null;

/** As much of an element as plays a file; nothing happens by itself. */
class FakeVideo extends EventTarget {
  readonly videoWidth = 4;
  readonly duration = SECONDS;
  readonly audioTracks = [1];
  readonly error = { code: 3, message: 'damaged' };
  currentTime = 0;
  paused = true;
  ended = false;
  freed = 0;
  owner: Played | null = null;
  #present: Present = null;
  readonly plays: { resolve(): void; reject(error: unknown): void }[] = [];
  requestVideoFrameCallback = (present: Present) => ((this.#present = present), 1);
  cancelVideoFrameCallback = () => void (this.#present = null);
  removeAttribute = () => void (this.freed += 1);
  load = () => undefined;
  play = () => {
    this.paused = false;
    return new Promise<void>((resolve, reject) => this.plays.push({ resolve, reject }));
  };
  pause = () => {
    if (this.paused) return;
    this.paused = true;
    this.tell('pause');
  };
  /** The file says which of them plays it. */
  set src(url: string) {
    this.owner = played[Number(url)]!;
    this.owner.video = this;
  }
  tell = (what: string) => void this.dispatchEvent(new Event(what));
  show(): void {
    const present = this.#present;
    this.#present = null;
    present?.(0, { mediaTime: this.currentTime });
  }
}

/** Of the case that is tried, by the address of each. */
let played: Played[] = [];

/** One file, from its opening to its end. */
class Played {
  /** Nobody's, until one is made. */
  video = new FakeVideo();
  readonly abort = new AbortController();
  readonly pictures: Picture[] = [];
  readonly opening: Promise<void>;
  source: Source | null = null;
  /** Of what was told: `end`, `failure`; nothing more comes after either. */
  over: string | null = null;
  left = false;
  /** Of the pictures, those of which one may have been there before it was left. */
  shownUntilLeft = 0;
  heardS = 0;
  /** By presentation: which picture was taken last. */
  seen = -1;
  readonly #times = new Map<number, number>();
  taking: AbortController | null = null;
  readonly taken: Promise<void>[] = [];

  constructor() {
    played.push(this);
    this.opening = outcome(() =>
      openFile(new NumberedBlob(played.length - 1), 'clip.webm', this.abort.signal),
    ).then((result) => {
      if (!('value' in result)) {
        const { owner, freed } = this.video;
        expect(freed, 'the element of a file that does not open').toBe(owner === null ? 0 : 1);
        return;
      }
      this.source = result.value;
      if (this.left) return this.source.close();
      this.#listen(this.source);
    });
  }

  picture(): Promise<object> {
    const picture = new Picture();
    this.#times.set(this.pictures.push(picture) - 1, this.video.currentTime);
    return picture.made;
  }

  #listen(source: Source): void {
    source.on('samples', ({ samples, time }) => {
      expect([this.left, this.over], 'nothing is heard of what is over').toEqual([false, null]);
      expect(time).toBeCloseTo(this.heardS, 6);
      this.heardS = time + samples.length / RATE_HZ;
    });
    for (const what of ['end', 'failure'] as const)
      source.on(what, (error?: MemoError) => {
        expect([this.left, this.over], `${what} is told once`).toEqual([false, null]);
        this.over = what;
        if (what === 'failure') expect(error?.code).toBe('media-unreadable');
        else expect(this.heardS, 'all of it was heard').toBe(SECONDS);
      });
  }

  take(): void {
    if (this.source === null || this.taking !== null) return;
    const own = (this.taking = new AbortController());
    const { left } = this;
    this.taken.push(
      this.source.nextFrame(own.signal).then((frame: TimedFrame | null) => {
        if (this.taking === own) this.taking = null;
        if (frame === null) return;
        frame.frame.close();
        const which = this.pictures.findIndex(({ own }) => own === frame.frame);
        // one that was given in the same turn is the taker's
        const given = !left && which < this.shownUntilLeft;
        expect(!this.left || given, 'no frame of what was left').toBe(true);
        expect(this.#times.get(which)).toBe(frame.time);
        expect(this.pictures[which]!.late, 'none in the place of one shown later').toBe(false);
        expect(which, 'frames in the order in which they were shown').toBeGreaterThan(this.seen);
        this.seen = which;
      }),
    );
  }

  /** @param which of those on their way, 0 is the last shown; null: all, in the order in which they were shown */
  come(which: number | null, there: boolean): void {
    const coming = this.pictures.filter((picture) => picture.there === null);
    for (const picture of which === null ? coming : coming.slice(-1 - which).slice(0, 1))
      picture.come(there, this.pictures.slice(this.pictures.indexOf(picture) + 1));
  }

  leave(): void {
    if (!this.left) this.shownUntilLeft = this.pictures.findLastIndex(({ there }) => there) + 1;
    this.left = true;
    this.abort.abort();
    this.source?.close();
  }

  step({ do: what, at, yes }: Step): void {
    const { video } = this;
    const told = this.over !== null || this.#broken;
    switch (what) {
      case 'load':
        return video.tell('loadedmetadata');
      case 'break':
        this.#broken = this.#broken || this.source !== null;
        return video.tell('error');
      case 'end':
        if (this.source === null || told) return;
        video.ended = true;
        video.currentTime = SECONDS;
        return video.tell('ended');
      case 'run':
        return this.source?.setRunning?.(yes);
      case 'played':
        if (yes) video.plays.shift()?.resolve();
        else video.plays.shift()?.reject(new DOMException('no', at === 0 ? 'NotAllowedError' : 'AbortError'));
        return;
      case 'paused':
        return video.pause();
      case 'pass':
        if (!told && !video.paused) video.currentTime = Math.min(SECONDS, video.currentTime + at / 4);
        return void vi.advanceTimersByTime(yes ? 50 : 0);
      case 'back':
        return void (video.currentTime = told ? video.currentTime : at / 4);
      case 'show':
        return video.show();
      case 'picture':
        return this.come(at, yes);
      case 'showTwo':
        video.show();
        video.show();
        this.come(0, true);
        return yes ? this.come(0, true) : undefined;
      case 'take':
        return this.take();
      case 'takeNoMore':
        this.taking?.abort();
        return void (this.taking = null);
      case 'leave':
        return this.leave();
    }
  }
  #broken = false;
}

const DOES = [
  'load',
  'break',
  'end',
  'run',
  'played',
  'paused',
  'pass',
  'back',
  'show',
  'picture',
  'showTwo',
  'take',
  'takeNoMore',
  'leave',
] as const;
const OFTEN = [
  'pass',
  'show',
  'show',
  'picture',
  'picture',
  'showTwo',
  'take',
  'take',
  'run',
  'load',
] as const;
const step = fc.record({
  do: fc.constantFrom(...DOES, ...OFTEN),
  at: fc.nat({ max: 3 }),
  yes: fc.boolean(),
  /** Whether what follows from it happens before the next. */
  waits: fc.boolean(),
  /** Of a file that is left for another, the one before. */
  former: fc.constantFrom(false, false, false, true),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const SOUND = {
  length: SECONDS * RATE_HZ,
  sampleRate: RATE_HZ,
  numberOfChannels: 1,
  copyFromChannel: () => undefined,
};
async function expectLetGo(file: Played): Promise<void> {
  await file.opening;
  file.come(null, true);
  file.leave();
  await settled();
  await Promise.all(file.taken);
  const made = await Promise.allSettled(file.pictures.map((each) => each.made));
  const wrong = file.pictures.filter(
    ({ closes }, at) => closes !== (made[at]!.status === 'fulfilled' ? 1 : 0),
  );
  expect(wrong, 'each picture is closed once').toEqual([]);
  expect(file.video.freed > 0, 'the element is let go').toBe(file.video.owner !== null);
}

async function opened(): Promise<Played> {
  const file = new Played();
  for (let turn = 0; turn < 50 && file.source === null; turn += 1) {
    file.video.tell('loadedmetadata');
    await settled();
  }
  await file.opening;
  return file;
}

describe('Files', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    vi.stubGlobal('window', new EventTarget());
    vi.stubGlobal('document', { createElement: () => new FakeVideo() });
    vi.stubGlobal('createImageBitmap', ({ owner }: FakeVideo) => owner!.picture());
    vi.spyOn(URL, 'createObjectURL').mockImplementation((file) => String((file as NumberedBlob).number));
    vi.stubGlobal(
      'OfflineAudioContext',
      class {
        decodeAudioData = () => Promise.resolve(SOUND);
      },
    );
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  property(
    'files that are played, paused, sought, left for others and broken in any order',
    600,
    [fc.constantFrom(true, true, false), fc.array(step, { maxLength: 30, size: 'max' })],
    async (there, steps) => {
      vi.clearAllTimers();
      played = [];
      const files = [there ? await opened() : new Played()];
      if (there) files[0]!.source!.setRunning!(true);
      for (const each of steps) {
        if (each.do === 'leave') {
          files.at(-1)!.leave();
          files.push(each.yes ? await opened() : new Played());
        } else files.at(each.former ? -2 : -1)?.step(each);
        if (each.waits) await settled();
      }
      await settled();
      vi.advanceTimersByTime(1000);
      for (const file of files) {
        if (file.source === null) file.abort.abort();
        await expectLetGo(file);
      }
      expect(vi.getTimerCount()).toBe(0);
      const fresh = await opened();
      fresh.take();
      fresh.video.show();
      fresh.come(null, true);
      await settled();
      expect(fresh.seen, 'a fresh start').toBe(0);
      fresh.video.tell('ended');
      expect(fresh.over).toBe('end');
      await expectLetGo(fresh);
    },
  );
});
