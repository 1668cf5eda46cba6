/** Holds the voice's way to what Python computes: `training/memobert/preprocessing_fixtures.py`. */
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../runtime/manifest';
import { fakeSilero, FakeGraph, float32 } from '../testing/fake-graph';
import fixture from '../testing/fixtures/voice.json';
import { difference, errorDb, testSound } from '../testing/parity-signals';
import { resampled } from '../testing/resampled';
import { Resampler } from './resample';
import { SpeechGate } from './speech-gate';
import { VoiceEncoder } from './voice-encoder';

const OUT_HZ = 16_000;
/** A microphone's chunks: 50 ms. */
const CHUNK_S = 0.05;

/** One for a rate: making its filters is what takes time. */
const resamplers = new Map(
  fixture.resample.cases.map(({ rateHz }) => [rateHz, new Resampler(rateHz, OUT_HZ)]),
);

function inChunks(samples: Float32Array, rateHz: number): Float32Array {
  const resampler = resamplers.get(rateHz) ?? new Resampler(rateHz, OUT_HZ);
  return resampled(
    resampler,
    [...chunks(samples, rateHz)].map(({ chunk }) => chunk),
  );
}

function* chunks(samples: Float32Array, rateHz: number) {
  const size = Math.round(CHUNK_S * rateHz);
  for (let at = 0; at < samples.length; at += size)
    yield { chunk: samples.subarray(at, at + size), timeS: at / rateHz };
}

/** Amplitude of what a sine of `frequencyHz` becomes, in decibels; edges left out. */
function gainDb(rateHz: number, frequencyHz: number): number {
  const inner = (turn: number) => {
    const sine = Float32Array.from({ length: rateHz / 10 }, (_, index) =>
      Math.sin(2 * Math.PI * ((frequencyHz * index) / rateHz + turn)),
    );
    return inChunks(sine, rateHz).subarray(400, -400);
  };
  const [sine, cosine] = [inner(0), inner(0.25)];
  // sin² + cos² of each sample: exact for any frequency and length
  let power = 0;
  sine.forEach((value, index) => (power += value ** 2 + (cosine[index] ?? 0) ** 2));
  return 10 * Math.log10(power / sine.length);
}

describe.each(fixture.resample.cases)('$rateHz Hz to 16 kHz', (wanted) => {
  const { rateHz, first } = wanted;
  const got = inChunks(testSound(rateHz, fixture.resample.seconds), rateHz);
  const middle = got.subarray(first, first + wanted.sameFilter.length);

  it('is the reference’s filter to the rounding of a float, at both ends too', () => {
    expect(got).toHaveLength(wanted.samples);
    expect(difference(middle, wanted.sameFilter).largest).toBeLessThan(2e-6);
    expect(difference(got.subarray(0, wanted.start.length), wanted.start).largest).toBeLessThan(2e-6);
    expect(difference(got.subarray(-wanted.end.length), wanted.end).largest).toBeLessThan(2e-6);
  });

  it('is scipy.signal.resample_poly within -60 dB, away from the edges', () => {
    expect(errorDb(middle, wanted.scipy)).toBeLessThan(-60);
  });

  it('is the sound itself, sampled at 16 kHz: no delay', () => {
    const truth = testSound(OUT_HZ, fixture.resample.seconds, Math.min(rateHz, OUT_HZ));
    const errorAt = (shift: number) =>
      errorDb(middle, truth.subarray(first + shift, first + shift + middle.length));
    expect(errorAt(0)).toBeLessThan(-85);
    // One sample early or late would be heard as a large error.
    for (const shift of [-1, 1]) expect(errorAt(shift)).toBeGreaterThan(-20);
  });

  it('passes and stops what the reference’s filter does', () => {
    wanted.response.frequenciesHz.forEach((frequencyHz, index) => {
      const decibels = wanted.response.decibels[index] ?? NaN;
      const gain = gainDb(rateHz, frequencyHz);
      // Far down, the rounding of floats is as loud as what is left.
      if (decibels > -60) expect(gain).toBeCloseTo(decibels, 1);
      else expect(gain).toBeLessThan(-70);
    });
  });

  it('ripples by less than 0.01 dB below 0.85 of the lower Nyquist rate', () => {
    const highest = 0.85 * (Math.min(rateHz, OUT_HZ) / 2);
    const passed = wanted.response.frequenciesHz.filter((frequencyHz) => frequencyHz <= highest);
    expect(passed.length).toBeGreaterThan(5);
    for (const frequencyHz of passed) expect(Math.abs(gainDb(rateHz, frequencyHz))).toBeLessThan(0.01);
  });
});

interface Window {
  readonly windowSamples: number;
  readonly zeros: number;
  readonly every: number;
  readonly fromTheEnd: readonly number[];
}

/** What the graph is asked when the sound has been heard in a microphone's chunks. */
async function windowOf(
  rateHz: number,
  seconds: number,
  { windowSamples, highPassHz }: Window & { readonly highPassHz?: number },
): Promise<Float32Array> {
  const graph = new FakeGraph(() => ({ features: float32([1, 64, 1], new Float32Array(64)) }));
  const voice = { ...voiceManifest, windowSamples, ...(highPassHz === undefined ? {} : { highPassHz }) };
  const encoder = VoiceEncoder.create({ graph, gate: SpeechGate.create(fakeSilero()), voice });
  for (const { chunk, timeS } of chunks(testSound(rateHz, seconds), rateHz))
    encoder.push(chunk, rateHz, timeS);
  await encoder.encode(seconds);
  return graph.asked[0]?.waveform?.data as Float32Array;
}

function expectWindow(got: Float32Array, wanted: Window): void {
  expect(got).toHaveLength(wanted.windowSamples);
  expect(got.subarray(0, wanted.zeros).every((sample) => sample === 0)).toBe(true);
  const some = wanted.fromTheEnd.map((_, index) => got[got.length - 1 - index * wanted.every] ?? NaN);
  expect(difference(some, wanted.fromTheEnd).largest).toBeLessThan(3e-5);
}

describe('the graph’s input', () => {
  it.each(fixture.window)(
    '$name: zero mean and unit variance of what was heard, at the end',
    async (wanted) => {
      expectWindow(await windowOf(OUT_HZ, wanted.seconds, wanted), wanted);
    },
  );

  it.each(fixture.chain)('from $rateHz Hz, all steps in one', async (wanted) => {
    expectWindow(await windowOf(wanted.rateHz, wanted.seconds, wanted), wanted);
  });

  it.each(fixture.highPass)('from $rateHz Hz behind $highPassHz Hz, all steps in one', async (wanted) => {
    expectWindow(await windowOf(wanted.rateHz, wanted.seconds, wanted), wanted);
  });
});

const voiceManifest: Manifest['voice'] = {
  sampleRateHz: OUT_HZ,
  windowSamples: 61_520,
  pool: 3,
  tokenRateHz: 50 / 3,
  maxTokens: 64,
  featureSize: 1,
};
