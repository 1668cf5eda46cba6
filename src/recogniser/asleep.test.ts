/** A machine that sleeps while it listens, or while frames are pushed: what timeline and exports say of the time that nobody saw. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StreamSource } from '../capture/stream-source';
import { asTrack, FakeProcessor, FakeTrack, useFakeMedia } from '../capture/testing/fake-media';
import { toCsv } from '../export/csv';
import { toEmotionMl } from '../export/emotionml';
import { toJson } from '../export/json';
import { toWebVtt } from '../export/webvtt';
import { estimateAt, FakeClient, healthyAnswers } from './testing/fake-client';
import { setUp } from './testing/set-up';
import type { Timeline } from './timeline';
import { segments } from './timeline-marks';

const HOUR_MS = 3_600_000;
const answering = () => new FakeClient({ ...healthyAnswers(), estimate: ({ time }) => estimateAt(time) });

useFakeMedia();
beforeEach(() => vi.useFakeTimers({ toFake: ['Date', 'performance'] }));
afterEach(() => vi.useRealTimers());

/** Seconds between which nothing is said, of stretches in order. */
function gapsOf(stretches: readonly { start: number; end: number }[]): number[][] {
  return stretches.flatMap(({ end }, index) => {
    const { start = end } = stretches[index + 1] ?? {};
    return start - end > 0.5 ? [[end, start]] : [];
  });
}

const nothingGiven = ({ givenFrom = [] }: Timeline) =>
  givenFrom.flatMap(({ face, voice, from }, index) =>
    face || voice ? [] : [[from, givenFrom[index + 1]!.from]],
  );

describe('A machine that sleeps for an hour, in which the page’s clock stands still', () => {
  it('leaves a gap of an hour in timeline and exports, and what comes later has its own date', async () => {
    const { recogniser, openings, clock } = setUp(answering);
    const pass = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 250) {
        vi.advanceTimersByTime(250);
        FakeProcessor.last?.show({ close: () => undefined } as VideoFrame);
        await clock.advance(250);
      }
    };
    const openedMs = Date.now();
    const camera = asTrack(new FakeTrack('video'));
    const source = new StreamSource('devices', { camera, microphone: null });
    await source.open(new AbortController().signal);
    const started = recogniser.start({ camera: true, microphone: false });
    openings[0]!.arrive(source);
    await started;
    await pass(2000);
    vi.setSystemTime(Date.now() + HOUR_MS);
    await pass(2000);
    const { timeline } = recogniser.state;
    recogniser.close();

    expect(timeline).toMatchObject({ began: openedMs });
    expect(timeline!.reached).toBeGreaterThan(3602);
    const [[from, to], ...more] = nothingGiven(timeline!) as [[number, number]];
    expect(more).toEqual([]);
    expect(from).toBeLessThan(3.5);
    expect(to).toBeGreaterThan(3602);

    const rows = toCsv(timeline!).trimEnd().split('\r\n').slice(1);
    const seconds = rows.map((row) => {
      const [start, end] = row.split(',').map(Number);
      return { start: start!, end: end! };
    });
    expect(gapsOf(seconds)).toEqual([[expect.closeTo(from, 2), expect.closeTo(to, 2)]]);
    const dates = [...toEmotionMl(timeline!).matchAll(/start="(\d+)" end="(\d+)"/g)];
    const dated = dates.map(([, start, end]) => ({
      start: (Number(start) - openedMs) / 1000,
      end: (Number(end) - openedMs) / 1000,
    }));
    expect(gapsOf(dated)).toEqual([[expect.closeTo(from, 2), expect.closeTo(to, 2)]]);
    expect(toWebVtt(timeline!)).toMatch(/\n01:00:02\.\d{3} --> 01:00:0/);
    expect(JSON.parse(toJson(timeline!))).toMatchObject({ givenFrom: timeline!.givenFrom });
  });
});

describe('What is pushed', () => {
  it.each([
    ['goes on with the caller’s clock: a gap as wide as that leapt', 60, [[1.75, 61]]],
    ['knows of no sleep where the caller’s clock stood still', 0, []],
  ])('%s', async (_what, leapS, gaps) => {
    const { recogniser, clock } = setUp(answering);
    await recogniser.startPush({ voice: false });
    const push = async (from: number) => {
      for (const time of [0, 0.25, 0.5, 0.75]) {
        const frame = {
          displayWidth: 1,
          close: () => undefined,
          [Symbol.toStringTag]: 'VideoFrame',
        } as unknown as VideoFrame;
        recogniser.pushFrame(frame, from + time);
        await clock.advance(250);
      }
    };
    await push(0);
    vi.setSystemTime(Date.now() + HOUR_MS);
    await push(1 + leapS);
    const { timeline } = recogniser.state;
    recogniser.close();
    expect(timeline).not.toHaveProperty('began');
    expect(nothingGiven(timeline!)).toEqual(gaps);
    expect(gapsOf(segments(timeline!))).toEqual(gaps);
  });
});
