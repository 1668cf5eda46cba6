import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CaptionWords } from './caption-words';
import type { Cue } from './captions';
import { scene, told } from './testing/told';

const cue = (startTime: number, text: string, length = 1): Cue => ({
  startTime,
  endTime: startTime + length,
  text,
});

function playing(cues: readonly Cue[], seconds: number | null = null) {
  const heard = told();
  const clock = { seconds: 0 };
  const source = new CaptionWords({ name: 'a.vtt', language: 'en', cues }, heard.on);
  source.start(scene({ now: () => clock.seconds, seconds }));
  const goTo = (at: number) => {
    clock.seconds = at;
    vi.advanceTimersByTime(250);
  };
  return { heard, source, goTo };
}

describe('CaptionWords', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('tells cues as the clock comes to them, forgets old ones and follows a jump back', () => {
    const { heard, goTo } = playing([cue(1, 'one'), cue(4, 'two'), cue(60, 'sixty')]);
    expect(heard.statuses).toEqual(['listening']);
    expect(heard.said()).toBe('one');
    goTo(3.2);
    expect(heard.said()).toBe('one two');
    goTo(60);
    expect(heard.said()).toBe('sixty');
    goTo(4);
    expect(heard.said()).toBe('one two');
    const lists = heard.lists.length;
    goTo(4.4);
    expect(heard.lists.length, 'nothing new').toBe(lists);
  });

  it('keeps a long cue that began before others, and all that overlap', () => {
    const { heard, goTo } = playing([cue(0, 'long', 100), cue(50, 'short'), cue(50, 'twin', 2)]);
    goTo(50.5);
    expect(heard.said()).toBe('long short twin');
  });

  it('keeps it however short the others are, and however long ago they ended', () => {
    const { heard, goTo } = playing([cue(0, 'film', 3600), cue(100, 'short')]);
    goTo(100.5);
    expect(heard.said()).toBe('film short');
    goTo(140);
    expect(heard.said()).toBe('film');
    goTo(100.5);
    expect(heard.said()).toBe('film short');
  });

  it('tells the newest words alone of cues that overlap without end', () => {
    const cues = Array.from({ length: 100_000 }, (_, at) => cue(at / 1000, `w${at}`, 3_600_000));
    const { heard, goTo } = playing(cues);
    for (const at of [0, 20, 98, 500]) goTo(at);
    expect(heard.lists.map(({ length }) => length)).toEqual([300, 300, 300, 300]);
    expect(heard.lists.map((words) => words.at(-1)?.text)).toEqual(['w1000', 'w21000', 'w99000', 'w99999']);
  });

  it('tells those around the moment of a cue that says too much, as it comes to them', () => {
    const all = Array.from({ length: 36_000 }, (_, at) => `w${String(at).padStart(5, '0')}`);
    const { heard, goTo } = playing([cue(0, all.join(' '), 3600), cue(1800, 'short')]);
    goTo(1);
    expect([heard.lists.length, heard.lists[0]?.at(-1)?.text]).toEqual([1, 'w00299']);
    goTo(1801);
    const words = heard.lists.at(-1)?.map(({ text }) => text) ?? [];
    expect([words.length, words.at(-1), words.includes('short')]).toEqual([300, 'w18020', true]);
  });

  it('says which cues lie past the end of the media, and plays the others', () => {
    const { heard } = playing([cue(1, 'in'), cue(61, 'out'), cue(99, 'far')], 60);
    expect(heard.errors.map(({ code }) => code)).toEqual(['captions-beyond-end']);
    expect(heard.errors[0]?.message).toMatch(/2 of the 3 cues .*60\.0 s.* 61\.0 s/);
    expect(heard.said()).toBe('in');
    expect(heard.statuses).toEqual(['listening']);
  });

  it('that are stopped by whoever hears of their warning look at the clock no more', () => {
    const heard = told();
    const stop = () => source.stop();
    const source = new CaptionWords(
      { name: 'a.vtt', language: 'en', cues: [cue(61, 'out')] },
      { ...heard.on, error: stop },
    );
    source.start(scene({ seconds: 60 }));
    expect([source.status, heard.statuses, vi.getTimerCount()]).toEqual(['off', [], 0]);
  });

  it('is silent once stopped', () => {
    const { heard, source, goTo } = playing([cue(1, 'one'), cue(4, 'two')]);
    source.stop();
    source.stop();
    goTo(4);
    expect(heard.said()).toBe('one');
    expect(source.status).toBe('off');
  });
});
