/** What is pushed, as it is seen and heard: the voice's own encoder and the evidence, behind a graph that hears speech in all sound. */

import { describe, expect, it, vi } from 'vitest';
import type { SampleChunk } from '../capture';
import { PushedSource } from '../capture/pushed-source';
import { SpeechGate } from '../encoders/voice/speech-gate';
import { VoiceEncoder } from '../encoders/voice/voice-encoder';
import { fakeSilero, FakeGraph, float32 } from '../encoders/testing/fake-graph';
import { Evidence, type TimedWindow } from '../memobert/evidence';
import type { Manifest } from '../runtime/manifest';
import type { VoiceAnswer } from '../runtime/protocol';
import { Loop } from './loop';
import { estimateAt, FakeClient, healthyAnswers } from './testing/fake-client';
import { ManualClock } from './testing/manual-clock';

const STEP_S = 0.1;
const RATE_HZ = 16_000;
const TOKENS = 64;

const VOICE: Manifest['voice'] = {
  sampleRateHz: RATE_HZ,
  windowSamples: 61_440,
  pool: 3,
  tokenRateHz: 50 / 3,
  maxTokens: TOKENS,
  featureSize: 1,
};
const FACE = { rateHz: 10, maxFrames: 36, featureSize: 1 } as Manifest['face'];

const picture = () =>
  ({ width: 1, close: () => undefined, [Symbol.toStringTag]: 'ImageBitmap' }) as unknown as ImageBitmap;

function setUp() {
  const graph = new FakeGraph(() => ({ features: float32([1, TOKENS, 1], new Float32Array(TOKENS)) }));
  const encoder = VoiceEncoder.create({ graph, gate: SpeechGate.create(fakeSilero()), voice: VOICE });
  const evidence = new Evidence({ face: FACE, voice: VOICE });
  const clock = new ManualClock();
  const source = new PushedSource({ face: true, voice: true });
  const windows: TimedWindow[] = [];
  const voices: VoiceAnswer[] = [];
  const client = new FakeClient({
    ...healthyAnswers(),
    face: ({ time }) => {
      evidence.addFace(time, Float32Array.of(1));
      return { time, faces: [], frameWidth: 1, frameHeight: 1, latency: {} };
    },
    samples: ({ samples, sampleRateHz, time }) => {
      encoder.push(samples, sampleRateHz, time);
      return {};
    },
    voice: undefined,
    estimate: ({ time }) => {
      windows.push(evidence.at(time));
      return estimateAt(time);
    },
  });
  const on = { face: vi.fn(), estimate: vi.fn(), vitals: vi.fn(), ended: vi.fn(), failed: vi.fn() };
  const voice = (answer: VoiceAnswer) => voices.push(answer);
  const loop = new Loop({ source, client, clock, backend: 'webgpu', faceHz: 10 }, { ...on, voice });
  loop.start();

  /** As long as the loop asks: the encoder's answer is a promise. */
  const hear = async () => {
    for (const asked of client.waiting('voice')) {
      const { answer, features, tokens, endS } = await encoder.encode(asked.body.time);
      evidence.setVoice(answer.time, features, tokens, { endS });
      client.take('voice').answer(answer);
    }
  };
  const sound = (fromS: number, untilS: number) =>
    source.pushSamples(new Float32Array(Math.round((untilS - fromS) * RATE_HZ)).fill(0.5), RATE_HZ, fromS);
  /** Frames of each tenth of a second from 0 on, and what else is pushed with each. */
  const push = async (seconds: number, beside: (timeS: number, step: number) => void) => {
    for (let step = 0; step <= seconds / STEP_S; step += 1) {
      const timeS = step * STEP_S;
      source.pushFrame(picture(), timeS);
      beside(timeS, step);
      await clock.advance(STEP_S * 1000);
      await hear();
    }
  };
  return { clock, source, loop, push, sound, voices, windows, failed: on.failed };
}

describe('Sound that comes later than the frames', () => {
  it('in chunks of a second is heard whole', async () => {
    const { loop, push, sound, windows } = setUp();
    await push(12, (timeS, step) => step > 0 && step % 10 === 0 && sound(timeS - 1, timeS));
    const counts = windows.slice(-20).map(({ voice }) => voice?.count);
    expect(new Set(counts)).toEqual(new Set([TOKENS]));
    loop.close();
  });

  it('by more than half a second is heard whole', async () => {
    const { loop, push, sound, windows } = setUp();
    await push(12, (timeS) => timeS > 0.65 && sound(timeS - 0.7, timeS - 0.6));
    const counts = windows.slice(-20).map(({ voice }) => voice?.count);
    expect(new Set(counts)).toEqual(new Set([TOKENS]));
    loop.close();
  });

  it('is silence where none comes any more', async () => {
    const { loop, push, sound, voices, windows } = setUp();
    await push(12, (timeS) => timeS < 3 && sound(timeS, timeS + STEP_S));
    expect(voices.at(3)?.speaking).toBe(true);
    expect(voices.at(-1)?.speaking).toBe(false);
    expect(windows.at(-1)?.voice).toBeNull();
    loop.close();
  });
});

describe('Sound in the short blocks of a worklet', () => {
  const BLOCK = 128;
  function heard() {
    const source = new PushedSource({ face: false, voice: true });
    const chunks: SampleChunk[] = [];
    source.on('samples', (chunk) => chunks.push(chunk));
    const push = (first: number, count: number, rateHz = RATE_HZ) => {
      for (let block = first; block < first + count; block += 1)
        source.pushSamples(new Float32Array(BLOCK).fill(block), rateHz, (block * BLOCK) / rateHz);
    };
    return {
      source,
      chunks,
      push,
      total: () => chunks.reduce((sum, { samples }) => sum + samples.length, 0),
    };
  }

  it('comes whole and in order in chunks that a busy worker can take, however many blocks come at once', () => {
    const { source, chunks, push, total } = heard();
    push(0, 2000); // 16 s: 2,000 messages would be dropped but for the first 64
    source.end();
    expect(total()).toBe(2000 * BLOCK);
    for (const { samples } of chunks.slice(0, -1)) expect(samples.length).toBeGreaterThanOrEqual(800);
    expect(chunks.length).toBeLessThan(320);
    const blocks = chunks.flatMap(({ samples }) => [...samples.filter((_, at) => at % BLOCK === 0)]);
    expect(blocks).toEqual(Array.from({ length: 2000 }, (_, block) => block));
    for (const { samples, time } of chunks) expect(time * RATE_HZ).toBeCloseTo(samples[0]! * BLOCK, 6);
  });

  it('is put together with nothing that does not follow, nor of another rate', () => {
    const { source, chunks, push } = heard();
    push(0, 2);
    push(40, 2);
    push(40, 1, 48_000);
    source.end();
    expect(chunks.map(({ samples, sampleRateHz }) => [samples.length, sampleRateHz])).toEqual([
      [2 * BLOCK, RATE_HZ],
      [2 * BLOCK, RATE_HZ],
      [BLOCK, 48_000],
    ]);
  });
});

describe('A clock that goes back', () => {
  it.each([
    ['with both at once', 0, 0.1],
    ['with sound in chunks of a second', 0, 1],
    ['with sound that is late', 0.7, 0.1],
  ])('is followed, %s', async (_, lateS, chunkS) => {
    const { loop, push, sound, windows, failed } = setUp();
    let lap = 0;
    const each = Math.round(chunkS / STEP_S);
    const beside = (timeS: number, step: number) => {
      const untilS = timeS - lateS;
      // what is late ends the lap before
      if (lap > 0 && untilS < -0.01) sound(20 + untilS - STEP_S, 20 + untilS);
      else if (untilS > chunkS - 0.01 && step % each === 0) sound(untilS - chunkS, untilS);
    };
    await push(20, beside);
    lap = 1;
    await push(6, beside);
    const last = windows.at(-1)!;
    expect(last.voice?.count).toBe(TOKENS);
    expect(last.face?.count).toBeGreaterThan(30);
    for (const times of [last.face?.times, last.voice?.times]) {
      expect(times?.at(-1)).toBeGreaterThan(4.5);
      expect(times?.at(-1)).toBeLessThan(6.1);
    }
    expect(failed).not.toHaveBeenCalled();
    loop.close();
  });

  it('is not made of frames and sound that come in no strict order', async () => {
    const { loop, source, sound } = setUp();
    source.pushFrame(picture(), 10);
    sound(9, 10.5);
    sound(9.6, 9.7);
    source.pushFrame(picture(), 9.5);
    expect([source.now(), source.heardUntil()]).toEqual([10.5, 10.5]);
    loop.close();
  });
});
