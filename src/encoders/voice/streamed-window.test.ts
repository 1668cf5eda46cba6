import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../runtime/manifest';
import { FakeGraph, float32 } from '../testing/fake-graph';
import { levelOf, type Heard, type Level } from './heard-window';
import { fixedSteps, gridOf, StreamedWindow } from './streamed-window';

const HOP = 20;
const REACH = 25;
const COUNT = 48;
const voice: Manifest['voice'] = {
  sampleRateHz: 1000,
  windowSamples: REACH + (COUNT - 1) * HOP,
  pool: 3,
  tokenRateHz: 1000 / HOP / 3,
  maxTokens: COUNT / 3,
  featureSize: 2,
};

/** A frame is the sum of its samples, and of their places: what is cut elsewhere is another frame. */
function framesOf(waveform: ArrayLike<number>): number[] {
  const count = (waveform.length - REACH) / HOP + 1;
  return Array.from({ length: count }, (_, frame) => {
    const own = Array.from({ length: REACH }, (_, at) => waveform[frame * HOP + at] ?? NaN);
    return [own.reduce((a, b) => a + b), own.reduce((sum, value, at) => sum + value * at, 0)];
  }).flat();
}

function setUp(shapes: 'fixed' | 'exact' = 'exact', about = voice) {
  const frames = new FakeGraph(({ waveform }) => {
    const data = framesOf((waveform?.data ?? []) as Float32Array);
    return { frames: float32([1, data.length / 2, 2], data) };
  });
  // tokens are every third frame, so that what came in can be read off
  const context = new FakeGraph(({ frames }) => {
    const data = Array.from((frames?.data ?? []) as Float32Array);
    return {
      features: float32(
        [1, COUNT / 3, 2],
        data.filter((_, at) => at % 6 < 2),
      ),
    };
  });
  const window = new StreamedWindow({ frames, context, voice: about, shapes });
  const asked = () => frames.asked.map(({ waveform }) => ((waveform?.data.length ?? 0) - REACH) / HOP + 1);
  const seen = () => Array.from((context.asked.at(-1)?.['frames']?.data ?? []) as Float32Array);
  return { window, frames, asked, seen };
}

/** A steady voice of amplitude 1, whose mean over every whole window is 0: `count` samples from `start`. */
function sound(start: number, count: number, by = (sample: number) => sample): Float32Array {
  return Float32Array.from({ length: count }, (_, at) =>
    by(Math.sin(((start + at) * 261 * 2 * Math.PI) / voice.windowSamples)),
  );
}

/** The stream up to `end`, as the ring has it. */
function heardUntil(end: number, origin = 0, by?: (sample: number) => number): Heard {
  const start = Math.max(origin, end - voice.windowSamples - HOP);
  return { start, origin, samples: sound(start, end - start, by) };
}

interface Wanted {
  readonly origin?: number;
  readonly by?: (sample: number) => number;
  /** What the window is normalised by; itself unless said. */
  readonly level?: Level;
}

/** Samples of the window whose last frame is the last whole one before `end`, and how many lie before the stream. */
function windowUntil(end: number, { origin = 0, by }: Wanted): { empty: number; known: Float32Array } {
  const last = Math.floor((end - REACH) / HOP);
  const start = (last - COUNT + 1) * HOP;
  const from = Math.max(start, origin);
  return { empty: from - start, known: sound(from, last * HOP + REACH - from, by) };
}

function levelUntil(end: number, wanted: Wanted = {}): Level {
  return levelOf(windowUntil(end, wanted).known);
}

/** The frames of the whole window. */
function whole(end: number, wanted: Wanted = {}): number[] {
  const { empty, known } = windowUntil(end, wanted);
  const { mean, deviation } = wanted.level ?? levelOf(known);
  const window = new Float32Array(voice.windowSamples);
  window.set(
    known.map((sample) => (sample - mean) / deviation),
    empty,
  );
  return Array.from(Float32Array.from(framesOf(window)));
}

function expectClose(got: readonly number[], wanted: readonly number[], most: number): void {
  expect(got.length).toBe(wanted.length);
  const largest = Math.max(...got.map((value, at) => Math.abs(value - (wanted[at] ?? NaN))));
  expect(largest).toBeLessThan(most);
}

describe('StreamedWindow', () => {
  it('knows its grid from the manifest', () => {
    expect(gridOf(voice)).toEqual({ hop: HOP, reach: REACH, count: COUNT });
    expect(fixedSteps(voice)).toEqual([32, COUNT]);
    expect(fixedSteps({ ...voice, maxTokens: 4, windowSamples: REACH + 11 * HOP })).toEqual([12]);
  });

  it('runs each frame once while a steady voice goes on', async () => {
    const { window, asked } = setUp();
    for (const end of [1000, 1500, 1502, 1504, 2000]) await window.encode(heardUntil(end));
    // the frame after 1500's last is whole at 1505
    expect(asked()).toEqual([COUNT, 25, 25]);
  });

  it('gives the frames of the whole window, however the sound came', async () => {
    const { window, seen } = setUp();
    const level = levelUntil(1003);
    for (const end of [1003, 1008, 1200, 1977, 2500, 2505, 4000]) {
      const { start } = await window.encode(heardUntil(end));
      expect(start % HOP === 0).toBe(true);
      expect(start + voice.windowSamples).toBeLessThanOrEqual(end);
      expect(start + voice.windowSamples).toBeGreaterThan(end - HOP);
      expect(seen()).toEqual(whole(end, { level }));
    }
  });

  it('takes zeros for what lies before the stream', async () => {
    const { window, seen } = setUp();
    await window.encode(heardUntil(5400, 5000));
    expectClose(seen(), whole(5400, { origin: 5000 }), 1e-4);
    expect(seen().slice(0, 2)).toEqual([0, 0]);
  });

  it.each([
    ['louder', 2, 0],
    ['softer', 0.5, 0],
    ['off centre', 1, 0.01],
  ])('runs all frames again when the voice gets %s', async (_, factor, offset) => {
    const { window, asked, seen } = setUp();
    const by = (sample: number) => factor * sample + offset;
    await window.encode(heardUntil(1000));
    await window.encode(heardUntil(3000, 0, by));
    expect(asked()).toEqual([COUNT, COUNT]);
    expectClose(seen(), whole(3000, { by }), 1e-4);
  });

  it('behind a high pass takes no offset out, and runs nothing again for one', async () => {
    const { window, asked, seen } = setUp('exact', { ...voice, highPassHz: 20 });
    await window.encode(heardUntil(1000));
    await window.encode(heardUntil(1100, 0, (sample) => sample + 0.01));
    expect(asked()).toEqual([COUNT, 5]);
    const level = { mean: 0, deviation: levelUntil(1000).deviation };
    const by = (sample: number) => sample + 0.01;
    expectClose(seen().slice(-2), whole(1100, { by, level }).slice(-2), 1e-3);
  });

  it.each([
    [1.4, 10],
    [1.6, COUNT],
  ])('behind a high pass and %d times as loud it runs %d frames of a window', async (factor, wanted) => {
    const { window, asked } = setUp('exact', { ...voice, highPassHz: 20 });
    await window.encode(heardUntil(1000));
    await window.encode(heardUntil(1200, 0, (sample) => factor * sample));
    expect(asked()).toEqual([COUNT, wanted]);
  });

  it('keeps its level while the voice stays near it', async () => {
    const { window, asked, seen } = setUp();
    await window.encode(heardUntil(1000));
    await window.encode(heardUntil(1100, 0, (sample) => 1.2 * sample));
    expect(asked()).toEqual([COUNT, 5]);
    // the newest frame by the level of before
    const [by, level] = [(sample: number) => 1.2 * sample, levelUntil(1000)];
    expect(seen().slice(-2)).toEqual(whole(1100, { by, level }).slice(-2));
  });

  it('begins anew with another stream, and after time that it did not see', async () => {
    const { window, asked, seen } = setUp();
    await window.encode(heardUntil(1000));
    await window.encode(heardUntil(2000, 1500));
    expectClose(seen(), whole(2000, { origin: 1500 }), 1e-4);
    await window.encode(heardUntil(9000, 1500));
    // by the level of the one or of the other: they are within 0.005
    expectClose(seen(), whole(9000), 0.5);
    expect(asked()).toEqual([COUNT, COUNT, COUNT]);
  });

  it('trusts no frame after a failure', async () => {
    const { window, asked, frames, seen } = setUp();
    await window.encode(heardUntil(1000));
    const run = frames.run.bind(frames);
    frames.run = () => Promise.reject(new Error('lost'));
    await expect(window.encode(heardUntil(1500))).rejects.toThrow('lost');
    frames.run = run;
    await window.encode(heardUntil(1500));
    expect(asked()).toEqual([COUNT, COUNT]);
    expectClose(seen(), whole(1500), 1e-4);
  });

  it('refuses frames of another count or size', async () => {
    const frames = new FakeGraph(() => ({ frames: float32([1, COUNT, 3], new Float32Array(3 * COUNT)) }));
    const window = new StreamedWindow({ frames, context: frames, voice, shapes: 'exact' });
    await expect(window.encode(heardUntil(1000))).rejects.toMatchObject({ code: 'graph-invalid' });
  });

  it('with fixed shapes runs a step or all of it', async () => {
    const { window, asked, seen } = setUp('fixed');
    const level = levelUntil(1000);
    for (const end of [1000, 1100, 1700, 2500]) {
      await window.encode(heardUntil(end));
      expect(seen()).toEqual(whole(end, { level }));
    }
    expect(asked()).toEqual([COUNT, 32, 32, COUNT]);
  });
});
