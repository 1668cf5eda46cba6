import { describe, expect, it, vi } from 'vitest';
import { MemoError } from '../../errors';
import { resampled } from '../testing/resampled';
import { Resampler } from './resample';

const OUT_HZ = 16_000;

function sine(rateHz: number, frequencyHz: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) =>
    Math.sin((2 * Math.PI * frequencyHz * index) / rateHz),
  );
}

function whole(resampler: Resampler, samples: Float32Array, chunk = samples.length): Float32Array {
  const parts: Float32Array[] = [];
  for (let at = 0; at < samples.length; at += chunk) parts.push(samples.subarray(at, at + chunk));
  return resampled(resampler, parts);
}

/** Without the first and last 10 ms, where the signal begins and ends. */
const inner = (samples: Float32Array) => samples.subarray(160, -160);
const rms = (samples: Float32Array) =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
const decibels = (ratio: number) => 20 * Math.log10(ratio);

describe.each([8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 44_099, 48_000, 96_000])(
  'from %d Hz',
  (rateHz) => {
    it.each([100, 1_000, 3_000])('keeps a sine of %d Hz in place and size', (frequencyHz) => {
      const output = whole(new Resampler(rateHz, OUT_HZ), sine(rateHz, frequencyHz, rateHz / 5));
      const wanted = sine(OUT_HZ, frequencyHz, output.length);
      const error = inner(output.map((sample, index) => sample - (wanted[index] ?? 0)));
      expect(decibels(rms(error) / rms(inner(wanted)))).toBeLessThan(-60);
    });

    it('gives ceil(n * 16000 / rate) samples', () => {
      for (const count of [1, 2, 441, 1_000, 12_345]) {
        const output = whole(new Resampler(rateHz, OUT_HZ), new Float32Array(count), 100);
        expect(output.length).toBe(Math.ceil((count * OUT_HZ) / rateHz));
      }
    });

    it('does not depend on the chunks', () => {
      const samples = sine(rateHz, 440, 3_000);
      const once = whole(new Resampler(rateHz, OUT_HZ), samples);
      for (const chunk of [1, 7, 128, 999])
        expect(whole(new Resampler(rateHz, OUT_HZ), samples, chunk)).toEqual(once);
    });

    it('keeps a constant exactly', () => {
      const output = inner(whole(new Resampler(rateHz, OUT_HZ), new Float32Array(rateHz / 10).fill(0.5)));
      // a tenth of a second, without both its ends
      expect(output).toHaveLength(Math.ceil((Math.floor(rateHz / 10) * OUT_HZ) / rateHz) - 2 * 160);
      for (const sample of output) expect(sample).toBeCloseTo(0.5, 6);
    });
  },
);

it.each([
  [44_100, 9_000],
  [44_100, 15_000],
  [48_000, 8_100],
  [48_000, 15_900],
  [48_000, 23_000],
  [96_000, 31_000],
])('from %d Hz, stops %d Hz by 60 dB', (rateHz, frequencyHz) => {
  const output = inner(whole(new Resampler(rateHz, OUT_HZ), sine(rateHz, frequencyHz, rateHz / 5)));
  expect(decibels(rms(output) / Math.SQRT1_2)).toBeLessThan(-60);
});

it('from 48000 Hz, lets 6.8 kHz through within 0.5 dB', () => {
  const output = inner(whole(new Resampler(48_000, OUT_HZ), sine(48_000, 6_800, 9_600)));
  expect(Math.abs(decibels(rms(output) / Math.SQRT1_2))).toBeLessThan(0.5);
});

it('makes no more than 641 filters of a rate that has 16,000 phases, and as good ones', () => {
  const samples = sine(767_999, 3_000, 767_999);
  const makes = vi.spyOn(Float32Array, 'from');
  const output = new Resampler(767_999, OUT_HZ).push(samples);
  const made = makes.mock.calls.length;
  makes.mockRestore();
  expect(made).toBe(641);
  const wanted = sine(OUT_HZ, 3_000, output.length);
  const error = inner(output.map((sample, index) => sample - (wanted[index] ?? 0)));
  expect(decibels(rms(error) / rms(inner(wanted)))).toBeLessThan(-60);
  const stopped = inner(new Resampler(767_999, OUT_HZ).push(sine(767_999, 9_000, 76_799)));
  expect(decibels(rms(stopped) / Math.SQRT1_2)).toBeLessThan(-60);
});

it.each([8_000, 44_100, 48_000])('says when its next sample is (%d Hz)', (rateHz) => {
  const resampler = new Resampler(rateHz, OUT_HZ);
  let heard = 0;
  let made = 0;
  for (const count of [128, 1, 300, 5_000]) {
    expect(heard / rateHz - resampler.delayS).toBeCloseTo(made / OUT_HZ, 9);
    heard += count;
    made += resampler.push(new Float32Array(count)).length;
  }
});

it('is as new after a reset', () => {
  const resampler = new Resampler(44_100, OUT_HZ);
  resampler.push(sine(44_100, 300, 5_000));
  resampler.reset();
  expect(resampler.delayS).toBe(0);
  const samples = sine(44_100, 440, 2_000);
  expect(whole(resampler, samples)).toEqual(whole(new Resampler(44_100, OUT_HZ), samples));
});

it.each([0, -1, NaN, Infinity, 44_100.5, 100])('refuses a rate of %d', (rateHz) => {
  expect(() => new Resampler(rateHz, OUT_HZ)).toThrow(MemoError);
});
