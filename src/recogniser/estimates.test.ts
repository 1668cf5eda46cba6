/** The headless loop: what is pushed, and estimates one by one. */

import { describe, expect, it, vi } from 'vitest';
import { MemoError } from '../errors';
import type { Estimate } from '../memobert/estimate';
import { Estimates } from './estimates';
import { Recogniser } from './recogniser';
import { FakeClient, healthyAnswers, MANIFEST, WEBGPU } from './testing/fake-client';
import { ManualClock, settled } from './testing/manual-clock';
import { eventually } from '../testing/eventually';

const refused = expect.objectContaining({ code: 'input-invalid' }) as Error;

function setUp(client = new FakeClient()) {
  const clients = [client];
  const createClient = () => clients.pop() ?? new FakeClient();
  const clock = new ManualClock();
  const options = { manifestUrl: 'https://page.test/m.json', assetBase: 'https://page.test/a/' };
  const recogniser = new Recogniser(options, { clock, createClient });
  return { clock, client, recogniser };
}

function frame() {
  const picture = {
    closed: false,
    close: () => (picture.closed = true),
    [Symbol.toStringTag]: 'ImageBitmap',
  };
  return picture as unknown as ImageBitmap & { closed: boolean };
}

describe('where no face can be found', () => {
  const noFaces = new MemoError('capture-unsupported', 'no WebGL', 'Switch it on.').toJSON();
  const client = () =>
    new FakeClient({
      ...healthyAnswers(),
      load: () => ({ manifest: MANIFEST, backend: { ...WEBGPU, noFaces } }),
    });

  it('the voice is heard, and no face is missed', async () => {
    const { recogniser } = setUp(client());
    await recogniser.startPush();
    const { phase, timeline, backend } = recogniser.state;
    expect(phase).toBe('listening');
    expect(timeline?.given).toEqual({ face: false, voice: true });
    expect(backend?.noFaces).toEqual(noFaces);
    recogniser.close();
  });

  it('a face alone is an error', async () => {
    const { recogniser } = setUp(client());
    await expect(recogniser.startPush({ voice: false })).rejects.toMatchObject(noFaces);
    expect(recogniser.state).toMatchObject({ phase: 'error', camera: 'off' });
    recogniser.close();
  });
});

describe('what is pushed', () => {
  it('is looked at and heard on the caller’s clock, until its end', async () => {
    const { clock, client, recogniser } = setUp();
    await recogniser.startPush();
    recogniser.pushFrame(frame(), 100);
    recogniser.pushSamples(new Float32Array(1600), 16_000, 99.95);
    await clock.advance(600);
    expect(client.bodies.face.map(({ time }) => time)).toEqual([100]);
    expect(client.bodies.samples).toMatchObject([{ sampleRateHz: 16_000, time: 99.95 }]);
    expect(client.bodies.estimate.at(-1)?.time).toBeCloseTo(100.05);
    recogniser.endPush();
    await settled();
    expect(recogniser.state).toMatchObject({ phase: 'idle', source: 'push', camera: 'off' });
    expect(recogniser.state.estimate).not.toBeNull();
    recogniser.close();
  });

  it('is newest first: a frame not yet looked at is closed by the next', async () => {
    const { recogniser } = setUp(new FakeClient({ ...healthyAnswers(), face: undefined }));
    await recogniser.startPush();
    const frames = [frame(), frame(), frame()];
    frames.forEach((picture, index) => recogniser.pushFrame(picture, index));
    await settled();
    recogniser.close();
    expect(frames.slice(1).map(({ closed }) => closed)).toEqual([true, true]);
  });

  it('is refused without a run for it, and with a time that is none; no frame is leaked', async () => {
    const { recogniser } = setUp();
    const [early, odd] = [frame(), frame()];
    expect(() => recogniser.pushFrame(early, 0)).toThrow(refused);
    await recogniser.startPush();
    expect(() => recogniser.pushFrame(odd, Number.NaN)).toThrow(refused);
    for (const rateHz of [0, -1, Number.NaN, Infinity, 2999, 44_100.5, 768_001])
      expect(() => recogniser.pushSamples(new Float32Array(1), rateHz, 0)).toThrow(refused);
    expect([early.closed, odd.closed]).toEqual([true, true]);
    expect(recogniser.state.phase).toBe('listening');
    recogniser.close();
  });

  it('is refused once it was given away, and the run goes on with what lay there', async () => {
    const { clock, client, recogniser } = setUp();
    await recogniser.startPush();
    recogniser.pushFrame(frame(), 1);
    for (const closed of [
      { width: 0, [Symbol.toStringTag]: 'ImageBitmap' },
      { displayWidth: 0, [Symbol.toStringTag]: 'VideoFrame' },
    ] as unknown as ImageBitmap[])
      expect(() => recogniser.pushFrame(closed, 2)).toThrow(refused);
    const samples = new Float32Array(1600);
    recogniser.pushSamples(samples, 16_000, 1);
    structuredClone(null, { transfer: [samples.buffer] });
    expect(() => recogniser.pushSamples(samples, 16_000, 2)).toThrow(refused);
    await clock.advance(200);
    expect([client.bodies.face, client.bodies.samples]).toMatchObject([[{ time: 1 }], [{ time: 1 }]]);
    // closed by who pushed it before it was looked at
    const kept = Object.assign(frame(), { width: 640 });
    recogniser.pushFrame(kept, 3);
    Object.assign(kept, { width: 0 });
    await clock.advance(200);
    recogniser.pushFrame(frame(), 4);
    await clock.advance(200);
    expect(client.bodies.face.map(({ time }) => time)).toEqual([1, 4]);
    expect(recogniser.state).toMatchObject({ phase: 'listening', error: null });
    recogniser.close();
  });

  it('that ends before it is listened to is over at once', async () => {
    const { client, recogniser } = setUp();
    const started = recogniser.startPush();
    recogniser.endPush();
    await started;
    expect(recogniser.state).toMatchObject({ phase: 'idle', error: null });
    expect(client.bodies.estimate).toEqual([]);
    recogniser.endPush(); // nothing runs
    recogniser.close();
  });

  it('counts to the last: one picture alone has its answer, also where it was pushed before the model was there', async () => {
    for (const early of [false, true]) {
      const { client, recogniser } = setUp(
        new FakeClient({ ...healthyAnswers(), ...(early && { load: undefined }) }),
      );
      const started = recogniser.startPush({ voice: false });
      await (early ? eventually(() => expect(recogniser.state.camera).toBe('live')) : started);
      recogniser.pushFrame(frame(), 0);
      recogniser.endPush();
      if (early) client.take('load').answer({ manifest: MANIFEST, backend: WEBGPU });
      await started;
      await eventually(() => expect(recogniser.state).toMatchObject({ phase: 'idle', error: null }));
      expect(recogniser.state.estimate?.time).toBe(0);
      expect(client.bodies.face.map(({ time }) => time)).toEqual([0]);
      expect(client.kinds.lastIndexOf('face')).toBeLessThan(client.kinds.lastIndexOf('estimate'));
      recogniser.close();
    }
  });

  it('counts to the last also while an earlier frame is looked at', async () => {
    const { client, recogniser } = setUp(new FakeClient({ ...healthyAnswers(), face: undefined }));
    await recogniser.startPush({ voice: false });
    recogniser.pushFrame(frame(), 1);
    await settled();
    recogniser.pushFrame(frame(), 2);
    recogniser.endPush();
    for (const time of [1, 2]) {
      await eventually(() => expect(client.bodies.face.at(-1)?.time).toBe(time));
      const asked = client.take('face');
      asked.answer(healthyAnswers().face!(asked.body));
    }
    await eventually(() => expect(recogniser.state.phase).toBe('idle'));
    expect(client.bodies.estimate.at(-1)?.time).toBe(2);
    expect(client.kinds.lastIndexOf('face')).toBeLessThan(client.kinds.lastIndexOf('estimate'));
    recogniser.close();
  });

  it('ends the run where it cannot be sent, and the model stays', async () => {
    const { client, recogniser } = setUp(new FakeClient({ ...healthyAnswers(), face: undefined }));
    await recogniser.startPush();
    recogniser.pushFrame(frame(), 1);
    await settled();
    client.take('face').fail(new MemoError('input-invalid', 'could not be sent', 'give another'));
    await settled();
    expect(recogniser.state.error?.code).toBe('input-invalid');
    expect(client.closed).toBe(false);
    await recogniser.startPush();
    expect([recogniser.state.phase, client.count('load')]).toEqual(['listening', 1]);
    recogniser.close();
  });
});

describe('for await', () => {
  it('gives estimates of the run that begins, and ends with it', async () => {
    const { clock, recogniser } = setUp();
    const times: number[] = [];
    const loop = (async () => {
      for await (const { time } of recogniser) times.push(time);
    })();
    await recogniser.startPush();
    for (const second of [1, 2, 3]) {
      recogniser.pushSamples(new Float32Array(16_000), 16_000, second - 1);
      await clock.advance(250);
    }
    recogniser.stop();
    await loop;
    expect(times.length).toBeGreaterThanOrEqual(3);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    recogniser.close();
  });

  it('ends where all was pushed before the model was there', async () => {
    const { client, recogniser } = setUp(new FakeClient({ ...healthyAnswers(), load: undefined }));
    const iterator = recogniser[Symbol.asyncIterator]();
    const started = recogniser.startPush();
    await eventually(() => expect(recogniser.state.microphone).toBe('live'));
    recogniser.pushSamples(new Float32Array(16_000), 16_000, 0);
    recogniser.endPush();
    client.take('load').answer({ manifest: MANIFEST, backend: WEBGPU });
    await started;
    expect(await iterator.next()).toMatchObject({ value: { time: 1 } });
    expect(await iterator.next()).toMatchObject({ done: true });
    expect(recogniser.state).toMatchObject({ phase: 'idle', source: 'push', error: null });
    expect([client.count('voice'), client.count('estimate')]).toEqual([1, 1]);
    recogniser.close();
  });

  it('of a recogniser that was closed is over at once', async () => {
    const { recogniser } = setUp();
    recogniser.close();
    for await (const { time } of recogniser) throw new RangeError(`an estimate of ${time}`);
  });

  it('ends with the answer to a text alone, whether the model was there or not', async () => {
    const { recogniser } = setUp();
    for (const text of ['hello', 'hello again']) {
      const iterator = recogniser[Symbol.asyncIterator]();
      await recogniser.setText(text);
      expect(await iterator.next()).toMatchObject({ done: false });
      expect(await iterator.next()).toMatchObject({ done: true });
    }
    recogniser.close();
  });

  it('ends where a start was stopped or closed while the model loads', async () => {
    for (const end of ['stop', 'close'] as const) {
      const { recogniser } = setUp(new FakeClient({ ...healthyAnswers(), load: undefined }));
      const started = recogniser.startPush();
      const iterator = recogniser[Symbol.asyncIterator]();
      await eventually(() => expect(recogniser.state.microphone).toBe('live'));
      recogniser[end]();
      await started;
      expect(await iterator.next()).toMatchObject({ done: true });
      recogniser.close();
    }
  });

  it('taken before the start, ends where that was stopped at once', async () => {
    const { recogniser } = setUp();
    const starts = [
      () => recogniser.startPush(),
      () => recogniser.startFile(new Blob(['no media']), 'a.txt').catch(() => undefined),
    ];
    for (const start of starts) {
      const iterator = recogniser[Symbol.asyncIterator]();
      const started = start();
      recogniser.stop();
      await started;
      expect(recogniser.state.phase).toBe('idle');
      expect(await iterator.next()).toMatchObject({ done: true });
    }
    recogniser.close();
  });

  it('keeps only the newest for a slow loop over a live source', async () => {
    const { clock, recogniser } = setUp();
    const iterator = recogniser[Symbol.asyncIterator]();
    await recogniser.startPush();
    for (const second of [1, 2, 3]) {
      recogniser.pushSamples(new Float32Array(16_000), 16_000, second - 1);
      await clock.advance(1000);
    }
    expect((await iterator.next()).value?.time).toBe(3);
    recogniser.close();
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
  });

  it('ends where another run begins in its place, and goes on where its worker is replaced', async () => {
    const { clock, client, recogniser } = setUp();
    const left = vi.fn();
    await recogniser.startPush();
    const iterator = new Estimates(recogniser, left);
    const listen = async (second: number) => {
      recogniser.pushSamples(new Float32Array(16_000), 16_000, second);
      await clock.advance(500);
    };
    await listen(0);
    expect(await iterator.next()).toMatchObject({ value: { time: 1 } });
    client.die();
    await eventually(() => expect(recogniser.state.phase).toBe('listening'));
    await listen(1);
    expect(await iterator.next()).toMatchObject({ value: { time: 2 } });
    expect(left).not.toHaveBeenCalled();
    await recogniser.startPush();
    await listen(0);
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
    await iterator.return();
    expect(left).toHaveBeenCalledTimes(1);
    recogniser.close();
  });

  it('throws what ended the run, once', async () => {
    const client = new FakeClient({ ...healthyAnswers(), estimate: undefined });
    const { recogniser } = setUp(client);
    const iterator = recogniser[Symbol.asyncIterator]();
    await recogniser.startPush();
    await settled();
    const next = iterator.next();
    client.take('estimate').fail(new MemoError('graph-invalid', 'wrong', 'another'));
    await expect(next).rejects.toMatchObject({ code: 'graph-invalid' });
    expect((await iterator.next()).done).toBe(true);
    recogniser.close();
  });

  it('leaves the run alone when it breaks off', async () => {
    const { clock, recogniser } = setUp();
    await recogniser.startPush();
    recogniser.pushSamples(new Float32Array(16_000), 16_000, 0);
    const seen: Estimate[] = [];
    const loop = (async () => {
      for await (const estimate of recogniser) {
        seen.push(estimate);
        break;
      }
    })();
    await clock.advance(1000);
    await loop;
    expect([seen.length, recogniser.state.phase]).toEqual([1, 'listening']);
    recogniser.close();
  });
});
