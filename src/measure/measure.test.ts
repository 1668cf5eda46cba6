import { describe, expect, it } from 'vitest';
import { MemoError } from '../errors';
import type { Manifest } from '../runtime/manifest';
import type { EngineOptions } from '../runtime/protocol';
import { estimateAt, FakeClient, MANIFEST, WEBGPU } from '../recogniser/testing/fake-client';
import type { MeasureInput } from './actor-input';
import { measureWith } from './measure';

const OPTIONS: EngineOptions = {
  manifestUrl: 'https://page.example/m.json',
  assetBase: 'https://page.example/a/',
  device: 'auto',
  allowSoftwareAdapter: false,
};
const INPUT: MeasureInput = {
  frame: () => ({ close: () => undefined }) as unknown as ImageBitmap,
  samples: Float32Array.of(0.1, 0.2, 0.3),
  sampleRateHz: 8,
  text: 'We won!',
};

/** An engine on a clock of its own: the first face costs 500 ms, all others 10; messages cost 1 ms each. */
function engine() {
  let ms = 0;
  let faces = 0;
  const client = new FakeClient();
  client.answers.part = () => ({ manifest: MANIFEST, backend: WEBGPU });
  client.answers.load = () => {
    client.tell({ step: 'fetch', loadedBytes: 0, totalBytes: 4_000, item: 'a', fraction: 0.23 });
    ms += 70;
    client.tell({ step: 'compile', loadedBytes: 4_000, totalBytes: 4_000, item: 'a', fraction: 0.7 });
    ms += 30;
    client.tell({ step: 'warm-up', loadedBytes: 4_000, totalBytes: 4_000, item: 'a', fraction: 0.8 });
    ms += 5;
    return { manifest: { ...MANIFEST, name: 'toy', version: '2' } as Manifest, backend: WEBGPU };
  };
  client.answers.face = ({ time }) => {
    const expression = faces++ === 0 ? 500 : 10;
    ms += expression + 2;
    return { time, faces: [], frameWidth: 1, frameHeight: 1, latency: { detect: 1, crop: 1, expression } };
  };
  client.answers.voice = ({ time }) => {
    ms += 20;
    return {
      time,
      speaking: true,
      level: 0,
      muted: false,
      clipped: 0,
      latency: { 'speech-gate': 4, voice: 16 },
    };
  };
  client.answers.estimate = ({ time }) => {
    ms += 40;
    return estimateAt(time, { fusion: 40, voice: 999 });
  };
  return { client, now: () => ms };
}

describe('a measurement', () => {
  it('clocks load, stages and whole answers, the first run apart', async () => {
    const { client, now } = engine();
    const told: number[] = [];
    const found = await measureWith(
      OPTIONS,
      { client, input: INPUT, now, countMemory: () => Promise.resolve(client.closed ? 0 : 64) },
      { rounds: 4, tell: (round) => told.push(round) },
    );
    expect(found.load).toEqual({
      ms: 105,
      bytes: 4_000,
      steps: { fetch: 70, compile: 30, 'warm-up': 5, verify: 0 },
      parts: { face: 105, voice: 105 },
    });
    expect(found.stages.expression).toEqual({ first: 500, median: 10, p95: 10, p99: 10, runs: 11 });
    expect(found.stages.crop?.runs).toBe(11);
    // a stage that an estimate repeats from before is not counted twice
    expect(found.stages.voice).toEqual({ first: 16, median: 16, p95: 16, p99: 16, runs: 3 });
    expect(found.stages.fusion).toEqual({ first: 40, median: 40, p95: 40, p99: 40, runs: 3 });
    expect(found.answer).toEqual({ first: 72, median: 72, p95: 72, p99: 72, runs: 3 });
    expect(found).toMatchObject({ bundle: { name: 'toy', version: '2' }, backend: { name: 'webgpu' } });
    // counted while the worker still holds the model
    expect(found.memory).toBe(64);
    expect(told).toEqual([0, 1, 2, 3, 4, 5]);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
    expect([client.closed, client.retired]).toEqual([true, true]);
  });

  it('lets the worker hear the recording over and over, without a gap', async () => {
    const { client, now } = engine();
    await measureWith(OPTIONS, { client, input: INPUT, now }, { rounds: 2 });
    const heard = client.bodies.samples.map(({ samples, time }) =>
      [time, ...samples].map((v) => Number(v.toFixed(1))),
    );
    expect(heard).toEqual([
      [0, 0.1, 0.2, 0.3, 0.1],
      [0.5, 0.2, 0.3, 0.1, 0.2],
    ]);
    expect(client.bodies.face.map(({ time }) => Number(time.toFixed(2)))).toEqual([
      0.17, 0.33, 0.5, 0.67, 0.83, 1,
    ]);
  });

  it('says null of a stage that did not run', async () => {
    const { client, now } = engine();
    client.answers.voice = ({ time }) => ({
      time,
      speaking: false,
      level: 0,
      muted: true,
      clipped: 0,
      latency: { 'speech-gate': 4 },
    });
    client.answers.estimate = () => null;
    const { stages } = await measureWith(OPTIONS, { client, input: INPUT, now }, { rounds: 3 });
    expect([stages.voice, stages.fusion]).toEqual([null, null]);
    expect(stages['speech-gate']?.runs).toBe(2);
  });

  it('says null of memory where the browser does not count it, and does not wait for a count when cancelled', async () => {
    const { client, now } = engine();
    const found = await measureWith(OPTIONS, { client, input: INPUT, now }, { rounds: 2 });
    expect(found.memory).toBeNull();
    const cancel = new AbortController();
    const endless = () => new Promise<number>(() => cancel.abort());
    const cut = measureWith(
      OPTIONS,
      { ...engine(), input: INPUT, countMemory: endless },
      { rounds: 2, signal: cancel.signal },
    );
    await expect(cut).rejects.toMatchObject({ code: 'aborted' });
  });

  it('closes the worker and tells what failed', async () => {
    const { client, now } = engine();
    client.answers.voice = () => {
      throw new MemoError('device-gpu-lost', 'The GPU is gone.', 'Start again.');
    };
    await expect(measureWith(OPTIONS, { client, input: INPUT, now })).rejects.toMatchObject({
      code: 'device-gpu-lost',
    });
    expect(client.closed).toBe(true);
  });
});
