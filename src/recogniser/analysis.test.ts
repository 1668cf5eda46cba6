/** A file at the machine's speed: what is asked when, how much is under way at once, and every way it may end. */

import { describe, expect, it, vi } from 'vitest';
import type { MediaReader, SampleChunk } from '../capture';
import { MemoError } from '../errors';
import { MODALITIES } from '../memobert/estimate';
import { Analysis, sourceAgain, type AnalysisParts } from './analysis';
import { newRun } from './run';
import { estimateAt, FakeClient, healthyAnswers } from './testing/fake-client';
import { FakeSource } from './testing/fake-source';
import { settled } from './testing/manual-clock';
import { eventually } from '../testing/eventually';

/** Frames as asked for; samples of 8 kHz in chunks of 0.3 s, which no step is a multiple of. */
class FakeReader implements MediaReader {
  readonly name = 'x.webm';
  readonly hasPicture = true;
  readonly hasSound = true;
  readonly leftOut = { picture: false, sound: false };
  framesOpen = 0;
  mostOpen = 0;
  damagedAt = Infinity;

  constructor(readonly seconds: number) {}

  async *frames(times: Iterable<number>) {
    for (const time of times) {
      if (time >= this.damagedAt) throw new MemoError('media-unreadable', 'broke off', 'another copy');
      this.framesOpen += 1;
      this.mostOpen = Math.max(this.mostOpen, this.framesOpen);
      yield { frame: { close: () => (this.framesOpen -= 1) } as unknown as ImageBitmap, time };
    }
  }

  async *samples(): AsyncGenerator<SampleChunk, void> {
    for (let time = 0; time < this.seconds; time += 0.3) {
      yield { samples: new Float32Array(2400), sampleRateHz: 8000, time };
    }
  }

  close(): void {
    // nothing to let go
  }
}

function setUp(
  seconds: number,
  parts: Partial<AnalysisParts> = {},
  client = closing(),
  change: (reader: FakeReader) => void = () => undefined,
) {
  const reader = new FakeReader(seconds);
  change(reader);
  const abort = new AbortController();
  const on = {
    sound: vi.fn<(chunk: SampleChunk) => Promise<void>>(async () => undefined),
    reach: vi.fn<(time: number) => Promise<void>>(async () => undefined),
    ...{ face: vi.fn(), voice: vi.fn(), estimate: vi.fn() },
  };
  const common = { backend: 'wasm', faceHz: 10, rates: {}, modalities: MODALITIES } as const;
  const analysis = new Analysis({ ...common, reader, client, ...parts }, on, abort.signal);
  return { reader, abort, on, analysis, client };
}

/** A client that closes frames, as the worker does. */
function closing(): FakeClient {
  const healthy = healthyAnswers();
  return new FakeClient({
    ...healthy,
    face: (body) => {
      body.frame.close();
      return healthy.face!(body);
    },
  });
}

describe('Analysis', () => {
  it('looks, listens and asks by the media’s own clock', async () => {
    const { analysis, client, on } = setUp(2.2);
    await analysis.run();
    expect(client.bodies.face.map(({ time }) => time)).toEqual(Array.from({ length: 22 }, (_, i) => i / 10));
    expect(client.bodies.estimate.map(({ time }) => time)).toEqual([0.5, 1, 1.5, 2, 2.2]);
    expect(client.bodies.voice.map(({ time }) => time)).toEqual([0.5, 1, 1.5, 2, 2.2]);
    expect(on.estimate.mock.calls.map(([, reached]) => reached as number)).toEqual([0.5, 1, 1.5, 2, 2.2]);
  });

  it.each([
    { seconds: 0.9, parts: {}, listens: [0.5, 0.9] },
    { seconds: 1, parts: {}, listens: [0.5, 1] },
    // a moment that is gone back to: heard as on the way through
    { seconds: 0.9, parts: { until: 0.9 }, listens: [0.5, 0.9] },
    { seconds: 3, parts: { until: 1.5, rates: { voice: 1, fusion: 4 } }, listens: [0.25, 1.25] },
  ])('listens once more at the end of $seconds s, and at no other: $parts', async (file) => {
    const { analysis, client } = setUp(file.seconds, file.parts);
    await analysis.run();
    expect(client.bodies.voice.map(({ time }) => time)).toEqual(file.listens);
  });

  it('says of each answer how far apart they are', async () => {
    const { analysis, on } = setUp(4, { rates: { fusion: 0.5 } });
    await analysis.run();
    expect(on.estimate.mock.calls).toEqual(
      [2, 4].map((time) => [{ ...estimateAt(time), interval: 2 }, time]),
    );
  });

  it('gives the voice all samples up to a step before it listens, and none after it', async () => {
    const { analysis, client } = setUp(2);
    await analysis.run();
    const heard: number[] = [];
    let sent = 0;
    const bodies = [...client.bodies.samples];
    for (const kind of client.kinds) {
      if (kind === 'samples') sent += (bodies.shift()?.samples.length ?? 0) / 8000;
      if (kind === 'voice') heard.push(Math.round(sent * 1000) / 1000);
    }
    expect(heard).toEqual([0.5, 1, 1.5, 2]);
    const times = client.bodies.samples.map(({ time, samples }) => [time, time + samples.length / 8000]);
    times.slice(1).forEach(([start], index) => expect(start).toBeCloseTo(times[index]![1]!));
  });

  it('holds no more of a file of two hours than of one of seconds', { timeout: 60_000 }, async () => {
    const { analysis, reader, client } = setUp(7200, { rates: { face: 1 } });
    await analysis.run();
    expect(client.count('estimate')).toBe(14_400);
    expect(client.count('face')).toBe(7200);
    expect([reader.mostOpen, reader.framesOpen]).toEqual([1, 0]);
  });

  it('holds few frames of estimates far apart, too', async () => {
    const client = closing();
    const { request } = client;
    client.request = async (...asked) => {
      if (asked[0] === 'face') await new Promise((resolve) => setTimeout(resolve));
      return request.apply(client, asked);
    };
    const { analysis, reader } = setUp(100, { rates: { fusion: 0.05 } }, client);
    await analysis.run();
    expect(reader.mostOpen).toBeLessThan(12);
    expect(reader.framesOpen).toBe(0);
  });

  it('tells whom to follow between two looks, once those before are answered: a worker told too early would follow too early', async () => {
    const client = closing();
    const { face } = client.answers;
    client.answers.face = undefined;
    const box = { x: 1, y: 2, width: 3, height: 4 };
    const { analysis } = setUp(1, { choices: [{ time: 0.25, box }], modalities: ['face'] }, client);
    const run = analysis.run();
    await eventually(() => expect(client.count('face')).toBe(3));
    await settled();
    expect(client.kinds).toEqual(['face', 'face', 'face']);
    client.answers.face = face;
    for (let look = 0; look < 3; look += 1) {
      const asked = client.take('face');
      asked.answer(face!(asked.body));
    }
    await run;
    expect(client.kinds.slice(0, 5)).toEqual(['face', 'face', 'face', 'follow', 'face']);
    expect(client.bodies.follow).toEqual([{ box }]);
  });

  it('leaves no failure that nobody hears when it ends while a frame is decoded', async () => {
    const unheard = vi.fn<(reason: unknown) => void>();
    process.on('unhandledRejection', unheard);
    const client = new FakeClient({ ...healthyAnswers(), face: undefined });
    const decoder = new EventTarget();
    const decoded = new Promise((resolve) => decoder.addEventListener('decoded', resolve));
    const reader = new FakeReader(2);
    const frames = reader.frames.bind(reader);
    reader.frames = async function* (times) {
      yield* frames([...times].slice(0, 2));
      await decoded;
    };
    const { analysis, abort } = setUp(2, { reader, modalities: ['face'] }, client);
    const run = analysis.run();
    await eventually(() => expect(client.count('face')).toBe(2));
    abort.abort();
    client.close();
    // such are told of between tasks
    await new Promise((resolve) => setImmediate(resolve));
    decoder.dispatchEvent(new Event('decoded'));
    await run;
    process.off('unhandledRejection', unheard);
    expect(unheard).not.toHaveBeenCalled();
  });

  it('waits for a slow worker instead of reading ahead', async () => {
    const client = new FakeClient({ ...healthyAnswers(), estimate: undefined });
    const { analysis, reader } = setUp(60, {}, client);
    const run = analysis.run();
    await settled();
    await settled();
    expect(reader.mostOpen).toBeLessThanOrEqual(6);
    expect(client.count('samples')).toBeLessThanOrEqual(3);
    client.close();
    await expect(run).rejects.toMatchObject({ code: 'aborted' });
  });

  it('lets the sound be heard before the worker takes it, and what was said be told before each estimate', async () => {
    const order: string[] = [];
    const { analysis, client, on } = setUp(1, { modalities: ['text'] });
    on.sound.mockImplementation(async ({ samples }) => {
      await settled();
      order.push(`${samples.length / 8000} s`);
    });
    on.reach.mockImplementation(async (time) => {
      await settled();
      order.push(`words at ${time} of ${client.count('estimate')}`);
    });
    await analysis.run();
    expect(order).toEqual([
      '0.3 s',
      '0.2 s',
      'words at 0.5 of 0',
      '0.1 s',
      '0.3 s',
      '0.1 s',
      'words at 1 of 1',
    ]);
  });

  it('leaves out what is not asked for', async () => {
    const { analysis, client } = setUp(1, { modalities: ['text'] });
    await analysis.run();
    expect([client.count('face'), client.count('samples'), client.count('voice')]).toEqual([0, 0, 0]);
    expect(client.count('estimate')).toBe(2);
  });

  it('ends in silence when it is cut short, and frees what it holds', async () => {
    const { analysis, abort, client, on, reader } = setUp(60);
    on.estimate.mockImplementation((_, reached) => (reached === 2 ? abort.abort() : undefined));
    await analysis.run();
    expect(client.count('estimate')).toBe(4);
    await settled();
    expect(reader.framesOpen).toBe(0);
  });

  it('tells of a file that is damaged half-way, after what came before', async () => {
    const { analysis, on, reader } = setUp(60);
    reader.damagedAt = 3;
    await expect(analysis.run()).rejects.toMatchObject({ code: 'media-unreadable' });
    expect(on.estimate.mock.lastCall).toEqual([{ ...estimateAt(2.5), interval: 0.5 }, 2.5]);
  });

  it.each([
    ['sound', 'picture', ['face', 'follow']],
    ['picture', 'sound', ['samples']],
  ] as const)(
    'sends and tells nothing more once the %s has failed, though the %s waits for its decoder',
    async (fails, _waits, kinds) => {
      const decoder = new EventTarget();
      const decoded = new Promise((resolve) => decoder.addEventListener('decoded', resolve));
      const broken = new MemoError('media-unreadable', 'broke off', 'another copy');
      const box = { x: 1, y: 2, width: 3, height: 4 };
      const { analysis, client, on, reader } = setUp(
        2,
        { choices: [{ time: 0.1, box }] },
        closing(),
        (own) => {
          const [frames, samples] = [own.frames.bind(own), own.samples.bind(own)];
          own.frames = async function* (times) {
            if (fails === 'picture') throw broken;
            await decoded;
            yield* frames(times);
          };
          own.samples = async function* () {
            if (fails === 'sound') throw broken;
            await decoded;
            yield* samples();
          };
        },
      );
      await expect(analysis.run()).rejects.toBe(broken);
      decoder.dispatchEvent(new Event('decoded'));
      await settled();
      expect(client.kinds.filter((kind) => (kinds as readonly string[]).includes(kind))).toEqual([]);
      expect(on.face).not.toHaveBeenCalled();
      expect(on.sound).not.toHaveBeenCalled();
      expect(reader.framesOpen).toBe(0);
    },
  );

  it('tells of no look that is answered after it has failed', async () => {
    const client = new FakeClient({ ...healthyAnswers(), face: undefined });
    const { analysis, on } = setUp(2, {}, client);
    client.answers.samples = () => {
      throw new MemoError('internal', 'It failed.', 'Press Start again.');
    };
    await expect(analysis.run()).rejects.toMatchObject({ code: 'internal' });
    while (client.waiting('face').length > 0) {
      const { body, answer } = client.take('face');
      answer(healthyAnswers().face!(body));
    }
    await settled();
    expect(on.face).not.toHaveBeenCalled();
  });
});

describe('a file that is opened anew for a fresh worker', () => {
  it.each([false, true])('is closed where its run is left in the turn that brings it: %s', async (left) => {
    const run = newRun('file', 'waiting');
    const [before, again] = [new FakeSource(() => 0), new FakeSource(() => 0)];
    run.file = { blob: new Blob(['x']), name: 'x.webm' };
    const file = () => {
      if (left) queueMicrotask(() => run.abort.abort());
      return Promise.resolve(again);
    };
    await expect(sourceAgain(run, before, { file })).resolves.toBe(again);
    expect([before.closes, again.closes]).toEqual([1, left ? 1 : 0]);
  });
});
