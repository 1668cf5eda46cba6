import fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { Manifest } from '../../runtime/manifest';
import { anyNumber, pcm, pcmPlan } from '../../testing/arbitraries';
import { expectFinite, expectSame, expectWithin, property, valueOr } from '../../testing/fuzz';
import { FakeGraph, float32 } from '../testing/fake-graph';
import { resampled } from '../testing/resampled';
import { Resampler } from './resample';
import { SampleRing } from './ring';
import { SpeechGate } from './speech-gate';
import { VoiceEncoder } from './voice-encoder';
import { StreamedWindow } from './streamed-window';
import { fixedWindow, WholeWindow } from './whole-window';

const RATES = [8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000];
const rate = fc.oneof(fc.constantFrom(...RATES), fc.integer({ min: 3000, max: 200_000 }));

const voice: Manifest['voice'] = {
  ...{ sampleRateHz: 16_000, windowSamples: 16_000, pool: 3, tokenRateHz: 50 / 3 },
  ...{ maxTokens: 16, featureSize: 2, highPassHz: 20 },
};

/** As Silero: recurrent, so that what is no number once is none ever after; speech where it is not silent. */
function recurrentGate(): FakeGraph {
  return new FakeGraph(({ input, state }) => {
    const sum = Array.from(input?.data as Float32Array).reduce((total, value) => total + Math.abs(value), 0);
    const carried = Number(state?.data[0] ?? 0) * 0 + sum * 0;
    return {
      output: float32([1, 1], [sum > 0 ? carried + 1 : carried]),
      stateN: float32([2, 1, 128], new Float32Array(256).fill(carried)),
    };
  });
}

/** As wav2vec 2.0: each token of all of the window. */
function meanGraph(): FakeGraph {
  return new FakeGraph(({ waveform }) => {
    const data = waveform?.data as Float32Array;
    const mean = data.reduce((sum, value) => sum + value / data.length, 0);
    return { features: float32([1, voice.maxTokens, 2], new Float32Array(2 * voice.maxTokens).fill(mean)) };
  });
}

describe('Resampler', () => {
  const pieces = fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 5 });
  property(
    'sound of any rate in pieces of any length',
    60,
    [rate, fc.constantFrom(16_000, 8000, 44_100), pcmPlan(250, false), pieces],
    (from, to, plan, cuts) => {
      const sound = pcm(plan);
      const cut = new Resampler(from, to);
      const expected = resampled(new Resampler(from, to), [sound]);
      expect(expected).toHaveLength(Math.ceil((sound.length * to) / from));
      expectFinite(expected);
      let at = 0;
      const parts = cuts.map((length) => sound.subarray(at, (at += length)));
      expectSame(resampled(cut, [...parts, sound.subarray(at)]), expected);
      expectSame(resampled(cut, [sound]), expected); // a reset leaves it as new
    },
  );

  property('a rate that is any number', 600, [anyNumber, anyNumber], async (from, to) => {
    const taken = await valueOr(['input-invalid'], () => new Resampler(from, to));
    if (taken !== null) expect(Number.isInteger(from) && Number.isInteger(to)).toBe(true);
  });
});

describe('SampleRing', () => {
  const jump = fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.double({ min: -2, max: 2, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(1e3, -1e3, 1e300, -1e300, 1e-300, 2 ** 53) },
  );
  const push = fc.tuple(fc.integer({ min: 0, max: 700 }), jump);
  property('samples whose times jump and go back', 400, [fc.array(push, { maxLength: 12 })], (pushes) => {
    const ring = new SampleRing(257, 1000);
    let [next, before] = [0, 0];
    for (const [length, jumpS] of pushes) {
      const timeS = (ring.length === 0 ? 0 : ring.endTimeS) + jumpS;
      const samples = Float32Array.from({ length }, () => (next += 1));
      ring.push(samples, timeS);
      expect(ring.end).toBeGreaterThanOrEqual(before);
      before = ring.end;
      expect(ring.length).toBeLessThanOrEqual(257);
      expectFinite([ring.endTimeS, ring.start, ring.end]);
      const held = ring.read(ring.start, ring.length);
      expectSame(ring.last(1000), held);
      expectFinite(held);
      // what is heard last is held, unless it lies before what is here
      if (length > 0 && jumpS >= 0) expect(held.at(-1)).toBe(samples.at(-1));
    }
  });
});

describe('fixedWindow', () => {
  property(
    'a window of any samples',
    300,
    [pcmPlan(600, false), fc.integer({ min: 0, max: 50 })],
    (plan, more) => {
      const heard = pcm(plan);
      const window = fixedWindow(heard, heard.length + more);
      expect(window).toHaveLength(heard.length + more);
      expectFinite(window);
      expectWithin(window.subarray(0, more), 0, 0);
    },
  );
});

describe.each(['wav2vec2', 'wav2vec2-context'])('the logits of %s', (name) => {
  const streamed: Manifest['voice'] = { ...voice, windowSamples: 47 * 320 + 80 };
  const answer = (logits: readonly number[]) =>
    new FakeGraph(() => ({
      features: float32([1, voice.maxTokens, 2], new Float32Array(2 * voice.maxTokens)),
      logits: float32([1, logits.length], logits),
    }));
  const frames = new FakeGraph(({ waveform }) => {
    const count = ((waveform?.data.length ?? 0) - 80) / 320 + 1;
    return { frames: float32([1, count, 2], new Float32Array(2 * count)) };
  });
  const windowOf = (logits: readonly number[]) =>
    name === 'wav2vec2'
      ? new WholeWindow(answer(logits), voice)
      : new StreamedWindow({ context: answer(logits), frames, voice: streamed, shapes: 'exact' });

  property('any numbers, and none', 200, [fc.array(anyNumber, { maxLength: 9 })], async (logits) => {
    const window = windowOf(logits);
    const samples = new Float32Array(window.samples);
    const given = await valueOr(['graph-invalid'], () => window.encode({ start: 0, samples, origin: 0 }));
    expect(given !== null).toBe(logits.every((logit) => Number.isFinite(Math.fround(logit))));
    expectFinite(given?.logits ?? []);
  });
});

describe('VoiceEncoder', () => {
  const chunk = fc.record({
    plan: pcmPlan(3000),
    rate: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...RATES) },
      { weight: 1, arbitrary: fc.constantFrom(44_099, 3001) },
    ),
    jumpS: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(0.2, -0.3, 5, -5, 1e6, -1e6) },
    ),
  });
  property(
    'any sound at any rate and time, and then a voice',
    30,
    [fc.array(chunk, { maxLength: 4 })],
    async (chunks) => {
      const gate = SpeechGate.create(recurrentGate());
      const encoder = VoiceEncoder.create({ graph: meanGraph(), gate, voice });
      let timeS = 1;
      const expectSound = async () => {
        const { answer, features, tokens } = await encoder.encode(timeS);
        expectFinite([answer.time]);
        expectWithin([answer.level], 0, 1);
        expectFinite(features ?? []);
        expectWithin([tokens], 0, voice.maxTokens);
        expect(features?.length ?? 0).toBe(tokens * voice.featureSize);
        return answer;
      };
      for (const { plan, rate: rateHz, jumpS } of chunks) {
        const samples = pcm(plan);
        const copy = samples.slice();
        timeS += jumpS;
        encoder.push(samples, rateHz, timeS);
        expectSame(samples, copy); // left as they were
        timeS += samples.length / rateHz;
        await expectSound();
      }
      const spoken = pcm({ length: 16_000, kind: 'hum', gain: 0.5, odd: [] });
      encoder.push(spoken, 16_000, timeS);
      timeS += 1;
      expect((await expectSound()).speaking, 'it hears as before').toBe(true);
    },
  );
});
