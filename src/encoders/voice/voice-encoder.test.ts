import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../runtime/manifest';
import { fakeSilero, FakeGraph, float32 } from '../testing/fake-graph';
import { SpeechGate } from './speech-gate';
import { VoiceEncoder } from './voice-encoder';
import { fixedWindow } from './whole-window';

const voice: Manifest['voice'] = {
  sampleRateHz: 16_000,
  windowSamples: 61_440,
  pool: 3,
  tokenRateHz: 50 / 3,
  maxTokens: 64,
  featureSize: 2,
};
const TOKENS = 64;

/** Token i is [i, -i]. */
function fakeWav2vec2(width = voice.featureSize): FakeGraph {
  return new FakeGraph(() => ({
    features: float32(
      [1, TOKENS, width],
      Array.from({ length: TOKENS * width }, (_, at) => (at % 2 === 0 ? at / 2 : -(at - 1) / 2)),
    ),
    logits: float32([1, 7], new Float32Array(7)),
  }));
}

function make(graph = fakeWav2vec2(), changes: Partial<Manifest['voice']> = {}) {
  const encoder = VoiceEncoder.create({
    graph,
    gate: SpeechGate.create(fakeSilero()),
    voice: { ...voice, ...changes },
  });
  return { encoder, graph };
}

/** Seconds of a tone at 16 kHz that is never exactly 0. */
function tone(seconds: number, amplitude = 0.5): Float32Array {
  return Float32Array.from({ length: seconds * 16_000 }, (_, index) => amplitude * Math.cos(index / 7));
}
const silence = (seconds: number) => new Float32Array(seconds * 16_000);

describe('VoiceEncoder', () => {
  it('gives nothing before anything is heard', async () => {
    const { encoder, graph } = make();
    const { answer, features, tokens } = await encoder.encode(2);
    expect(features).toBeNull();
    expect(tokens).toBe(0);
    expect(answer).toMatchObject({ time: 2, speaking: false, level: 0, muted: false });
    expect(graph.asked).toHaveLength(0);
  });

  it('gives nothing for a voice not raised', async () => {
    const { encoder, graph } = make();
    encoder.push(silence(4), 16_000, 0);
    const { answer, features } = await encoder.encode(4);
    expect(features).toBeNull();
    expect(answer).toMatchObject({ time: 4, speaking: false, muted: true, level: 0 });
    expect(graph.asked).toHaveLength(0);
  });

  it('gives all tokens of a window full of speech', async () => {
    const { encoder, graph } = make();
    encoder.push(tone(5), 16_000, 0);
    const { answer, features, tokens } = await encoder.encode(5);
    expect(tokens).toBe(TOKENS);
    expect(features).toHaveLength(TOKENS * 2);
    expect(answer.speaking).toBe(true);
    expect(answer.muted).toBe(false);
    expect(answer.level).toBeCloseTo(0.5 * Math.SQRT1_2, 2);
    expect(Object.keys(answer.latency)).toEqual(['speech-gate', 'voice']);
    expect(graph.asked[0]?.waveform?.dims).toEqual([1, voice.windowSamples]);
  });

  it('tells where the last token ends: with the window, or with the speech and its margin', async () => {
    const { encoder } = make();
    encoder.push(tone(5), 16_000, 0);
    expect((await encoder.encode(5)).endS).toBeCloseTo(5, 6);
    encoder.push(silence(1.5), 16_000, 5);
    const { endS, answer } = await encoder.encode(6.5);
    expect(answer.time).toBeCloseTo(6.5, 6);
    expect(endS).toBeGreaterThan(5);
    expect(endS).toBeLessThan(5.5);
  });

  it('leaves out the tokens far from speech', async () => {
    const { encoder } = make();
    encoder.push(silence(1.6), 16_000, 0);
    encoder.push(tone(1), 16_000, 1.6);
    encoder.push(silence(1.24), 16_000, 2.6);
    const { features, tokens } = await encoder.encode(3.84);
    // The gate hears blocks of 32 ms and the margin is 0.2 s: 1.4 to 2.8 s, at 0.06 s a token.
    const first = features?.[0] ?? -1;
    expect(first * 0.06).toBeGreaterThan(1.3);
    expect(first * 0.06).toBeLessThan(1.6);
    expect((first + tokens) * 0.06).toBeGreaterThan(2.6);
    expect((first + tokens) * 0.06).toBeLessThan(2.95);
  });

  it('puts a window not yet full at the end, and leaves out the tokens of the empty part', async () => {
    const { encoder, graph } = make();
    encoder.push(tone(1), 16_000, 0);
    const { features, tokens } = await encoder.encode(1);
    const waveform = graph.asked[0]?.waveform?.data as Float32Array;
    const empty = voice.windowSamples - 16_000;
    expect(waveform.subarray(0, empty).every((sample) => sample === 0)).toBe(true);
    expect(waveform.subarray(empty)).toEqual(fixedWindow(tone(1), 16_000));
    expect(features?.[0]).toBe(Math.ceil(empty / 960));
    expect(tokens).toBe(TOKENS - Math.ceil(empty / 960));
  });

  it('keeps the token that begins where the empty part ends', async () => {
    const { encoder } = make();
    encoder.push(tone(1.2), 16_000, 0);
    const { features, tokens } = await encoder.encode(1.2);
    expect(features?.[0]).toBe(44);
    expect(tokens).toBe(20);
  });

  it('behind a high pass hears the same voice with any offset, and none of a silence with one', async () => {
    const windows = await Promise.all(
      [0, 0.2].map(async (offset) => {
        const { encoder, graph } = make(fakeWav2vec2(), { highPassHz: 20 });
        encoder.push(
          tone(4).map((sample) => sample + offset),
          16_000,
          0,
        );
        await encoder.encode(4);
        return Array.from(graph.asked[0]?.waveform?.data as Float32Array);
      }),
    );
    const [plain, shifted] = windows;
    const far = plain?.map((sample, at) => Math.abs(sample - (shifted?.[at] ?? NaN))) ?? [];
    expect(Math.max(...far)).toBeLessThan(1e-4);
    const { encoder } = make(fakeWav2vec2(), { highPassHz: 20 });
    encoder.push(new Float32Array(32_000).fill(0.2), 16_000, 0);
    expect((await encoder.encode(2)).answer).toMatchObject({ speaking: false, muted: true, level: 0 });
  });

  it('behind a high pass begins anew where the sound does: no step is heard', async () => {
    const { encoder, graph } = make(fakeWav2vec2(), { highPassHz: 20 });
    encoder.push(
      tone(1).map((sample) => sample - 0.4),
      16_000,
      0,
    );
    encoder.push(new Float32Array(16_000).fill(0.4), 16_000, 2.5);
    await encoder.encode(3.5);
    const window = graph.asked[0]?.waveform?.data as Float32Array;
    expect(window.subarray(-16_000).every((sample) => sample === 0)).toBe(true);
  });

  it('never gives more than maxTokens, and then the newest', async () => {
    const { encoder } = make(fakeWav2vec2(), { maxTokens: 10 });
    encoder.push(tone(4), 16_000, 0);
    const { features, tokens } = await encoder.encode(4);
    expect(tokens).toBe(10);
    expect(features?.[0]).toBe(TOKENS - 10);
  });

  it('resamples what comes at another rate, and goes on when the rate changes', async () => {
    const { encoder } = make();
    encoder.push(new Float32Array(48_000), 48_000, 0);
    encoder.push(new Float32Array(44_100), 44_100, 1);
    const { answer } = await encoder.encode(2);
    // Each rate's last 2 ms wait for what follows them.
    expect(answer.time).toBeGreaterThan(2 - 0.005);
    expect(answer.time).toBeLessThanOrEqual(2);
  });

  it('keeps to the clock over many small chunks', async () => {
    const { encoder } = make();
    for (let chunk = 0; chunk < 300; chunk++) encoder.push(new Float32Array(441), 44_100, chunk / 100);
    const { answer } = await encoder.encode(3);
    expect(answer.time).toBeGreaterThan(2.99);
    expect(answer.time).toBeLessThanOrEqual(3);
  });

  it('hears silence where a microphone has stalled', async () => {
    const { encoder } = make();
    encoder.push(tone(3), 16_000, 0);
    const { answer, features } = await encoder.encode(4.5);
    expect(answer).toMatchObject({ time: 4.5, muted: true, level: 0, speaking: true });
    expect(features).not.toBeNull();
    expect((await encoder.encode(60)).answer).toMatchObject({ time: 60, speaking: false });
  });

  it('forgets all on reset', async () => {
    const { encoder } = make();
    encoder.push(tone(3), 16_000, 0);
    await encoder.encode(3);
    encoder.reset();
    expect((await encoder.encode(3)).answer.speaking).toBe(false);
    encoder.push(tone(0.5), 16_000, 0);
    expect((await encoder.encode(0.5)).answer).toMatchObject({ time: 0.5, speaking: true });
  });

  it('refuses features of another size than the manifest says', async () => {
    const { encoder } = make(fakeWav2vec2(4));
    encoder.push(tone(1), 16_000, 0);
    await expect(encoder.encode(1)).rejects.toMatchObject({ code: 'graph-invalid' });
  });

  it('refuses a manifest of another rate', () => {
    expect(() => make(fakeWav2vec2(), { sampleRateHz: 8_000 })).toThrow('voice.sampleRateHz');
  });
});

describe('fixedWindow', () => {
  it('is what Wav2Vec2FeatureExtractor does', () => {
    // transformers: (x - mean) / sqrt(var + 1e-7) of [0.1, 0.2, 0.3, 0.6]
    const [a, b, c, d] = fixedWindow(Float32Array.of(0.1, 0.2, 0.3, 0.6), 4);
    for (const [got, wanted] of [
      [a, -1.069043],
      [b, -0.534521],
      [c, 0],
      [d, 1.603565],
    ]) {
      expect(got).toBeCloseTo(wanted ?? NaN, 4);
    }
  });

  it('stays finite on a constant', () => {
    expect([...fixedWindow(new Float32Array(3).fill(0.25), 5)]).toEqual([0, 0, 0, 0, 0]);
  });
});
