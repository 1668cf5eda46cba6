import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { scene, told } from './testing/told';
import { TrackWords } from './track-words';

class FakeMedia extends EventTarget {
  currentTime = 0;
}

class FakeTrack extends EventTarget {
  mode = 'hidden';
  activeCues: readonly object[] = [];

  constructor(readonly cues: readonly object[]) {
    super();
  }
}

class FakeElement extends EventTarget {
  static readonly ERROR = 3;
  static readonly LOADED = 2;
  readonly srclang = 'en';
  readonly readyState = FakeElement.LOADED;
  readonly parentElement = new FakeMedia();
  readonly track: FakeTrack;

  constructor(cues: readonly object[]) {
    super();
    this.track = new FakeTrack(cues);
  }
}

/** Cues a millisecond apart, none of which ends. */
const endless = Array.from({ length: 100_000 }, (_, at) => ({
  startTime: at / 1000,
  endTime: 3_600_000,
  text: `w${at}`,
}));

function playing(cues: readonly object[], stepped: boolean) {
  const heard = told();
  const element = new FakeElement(cues);
  const source = new TrackWords(element as unknown as HTMLTrackElement, heard.on);
  source.start(scene({ now: () => element.parentElement.currentTime + 5, stepped }));
  return { heard, element, source };
}

describe('TrackWords, of cues that overlap without end', () => {
  beforeEach(() => {
    vi.stubGlobal('HTMLMediaElement', FakeMedia);
    vi.stubGlobal('HTMLTrackElement', FakeElement);
  });
  afterEach(() => void vi.unstubAllGlobals());

  const newest = ({ lists }: ReturnType<typeof told>) =>
    lists.map((words) => [words.length, words.at(-1)?.text]);

  it('tells the newest words alone while the media plays', () => {
    const { heard, element } = playing(endless, false);
    for (const count of [90_000, 90_010, 100_000]) {
      element.track.activeCues = endless.slice(0, count);
      element.parentElement.currentTime = count / 1000;
      element.track.dispatchEvent(new Event('cuechange'));
    }
    expect(newest(heard)).toEqual([
      [300, 'w89999'],
      [300, 'w90009'],
      [300, 'w99999'],
    ]);
    expect(heard.lists[1]?.at(-1)?.start, "on the source's clock").toBeCloseTo(95.009);
  });

  it('tells the newest words alone of media that is read', () => {
    const { heard, source } = playing(endless, true);
    for (const at of [20, 20, 99.9995]) source.advance(at);
    expect(newest(heard)).toEqual([
      [300, 'w20000'],
      [300, 'w99999'],
    ]);
  });

  it('that are stopped as they are told to begin leave the track as it was, and tell no more', () => {
    const heard = told();
    const element = new FakeElement([]);
    element.track.mode = 'disabled';
    const source = new TrackWords(element as unknown as HTMLTrackElement, {
      ...heard.on,
      status: () => source.stop(),
    });
    source.start(scene());
    element.dispatchEvent(new Event('error'));
    expect([source.status, element.track.mode, heard.errors]).toEqual(['off', 'disabled', []]);
  });

  it('that fail, and are stopped as that is told, tell nothing after it', () => {
    const heard = told();
    const element = new FakeElement([]);
    const source = new TrackWords(element as unknown as HTMLTrackElement, {
      ...heard.on,
      status: (status) => status === 'failed' && source.stop(),
    });
    source.start(scene());
    element.dispatchEvent(new Event('error'));
    expect([source.status, heard.errors]).toEqual(['failed', []]);
  });
});
