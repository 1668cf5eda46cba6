import { describe, expect, it, vi } from 'vitest';
import { MemoError } from '../errors';
import type { Backend } from '../memobert/estimate';
import { Loop, type LoopListeners, type Vitals } from './loop';
import { estimateAt, FakeClient, healthyAnswers } from './testing/fake-client';
import { chunk, FakeSource } from './testing/fake-source';
import { ManualClock, settled } from './testing/manual-clock';

function listeners() {
  return {
    face: vi.fn<LoopListeners['face']>(),
    voice: vi.fn<LoopListeners['voice']>(),
    estimate: vi.fn<LoopListeners['estimate']>(),
    vitals: vi.fn<LoopListeners['vitals']>(),
    ended: vi.fn<LoopListeners['ended']>(),
    failed: vi.fn<LoopListeners['failed']>(),
  };
}

function setUp(options: { backend?: Backend; client?: FakeClient } = {}) {
  const clock = new ManualClock();
  const client = options.client ?? new FakeClient();
  const source = new FakeSource(() => clock.now());
  const on = listeners();
  const loop = new Loop({ source, client, clock, backend: options.backend ?? 'webgpu', faceHz: 10 }, on);
  const vitals = () => on.vitals.mock.lastCall?.[0] as Vitals;
  return { clock, client, source, on, loop, vitals };
}

/** A client on which one kind of request waits for the test. */
function waitingFor(kind: 'face' | 'voice' | 'estimate' | 'samples'): FakeClient {
  return new FakeClient({ ...healthyAnswers(), [kind]: undefined });
}

const broken = new MemoError('device-gpu-lost', 'lost', 'again');

describe('Loop, at full speed', () => {
  it.each([
    ['webgpu', 4],
    ['wasm', 2],
  ] as const)(
    'on %s looks 10 times, listens twice, estimates %s times a second',
    async (backend, fusionHz) => {
      const { clock, client, loop, vitals } = setUp({ backend });
      loop.start();
      await clock.advance(4000);
      expect(Math.round(client.count('face') / 4)).toBe(10);
      expect(Math.round(client.count('voice') / 4)).toBe(2);
      expect(Math.round(client.count('estimate') / 4)).toBe(fusionHz);
      const { rates } = vitals();
      expect([rates.face, rates.voice, rates.fusion].map(Math.round)).toEqual([10, 2, fusionHz]);
      loop.close();
    },
  );

  it('transfers samples as they come and tells their level', async () => {
    const { clock, client, source, loop, vitals } = setUp();
    loop.start();
    source.fire('samples', chunk(0.5));
    await clock.advance(300);
    expect(client.bodies.samples).toHaveLength(1);
    expect(vitals().level).toBeCloseTo(0.5);
    source.fire('samples', chunk(0, 0));
    await clock.advance(300);
    expect(vitals().level).toBe(0);
    loop.close();
  });

  it('neither looks without a camera nor listens without a microphone', async () => {
    const { clock, client, source, loop } = setUp();
    source.camera = 'refused';
    source.microphone = 'missing';
    loop.start();
    await clock.advance(2000);
    expect([client.count('face'), client.count('voice')]).toEqual([0, 0]);
    expect(client.count('estimate')).toBeGreaterThan(0);
    loop.close();
  });
});

describe('Loop, with a stream that tracks are added to', () => {
  it('looks and listens from then on, once', async () => {
    const { clock, client, source, loop } = setUp();
    source.camera = source.microphone = 'off';
    loop.start();
    await clock.advance(1000);
    source.camera = source.microphone = 'live';
    for (let told = 0; told < 3; told += 1) source.fire('trackchange');
    expect([client.count('face'), client.count('voice')]).toEqual([0, 0]);
    await clock.advance(4000);
    expect([client.count('face'), client.count('voice')].map((count) => Math.round(count / 4))).toEqual([
      10, 2,
    ]);
    loop.close();
  });
});

describe('Loop, when a stage is slow', () => {
  it.each(['face', 'voice', 'estimate'] as const)('never has two %s requests in flight', async (kind) => {
    const client = waitingFor(kind);
    const { clock, loop, source } = setUp({ client });
    loop.start();
    await clock.advance(5000);
    expect(client.waiting(kind)).toHaveLength(1);
    expect(source.framesTaken).toBe(kind === 'face' ? 1 : client.count('face'));
    loop.close();
  });

  it('lowers the rate of a stage that fills the machine, and of none that costs nothing', async () => {
    const client = new FakeClient({
      ...healthyAnswers(),
      voice: ({ time }) => ({
        time,
        speaking: true,
        level: 0,
        muted: false,
        clipped: 0,
        latency: { voice: 700 },
      }),
    });
    const { clock, loop } = setUp({ client });
    loop.start();
    await clock.advance(8000);
    expect(client.count('voice')).toBeLessThanOrEqual(12); // 700 ms in 0.9 of the time: 1.3 a second
    expect(Math.round(client.count('face') / 8)).toBe(10);
    loop.close();
  });

  it('drops samples instead of queueing them while the worker hangs', async () => {
    const client = waitingFor('samples');
    const { loop, source } = setUp({ client });
    loop.start();
    for (let index = 0; index < 200; index += 1) source.fire('samples', chunk(0));
    await settled();
    expect(client.waiting('samples')).toHaveLength(64);
    client.take('samples').answer({});
    await settled();
    source.fire('samples', chunk(0));
    expect(client.waiting('samples')).toHaveLength(64);
    loop.close();
  });
});

describe('Loop, spared and timed', () => {
  it('asks less often while the battery is spared, from one moment to the next', async () => {
    const { clock, client, loop } = setUp();
    loop.start();
    await clock.advance(2000);
    loop.setRates({}, true);
    await clock.advance(1000);
    const before = { face: client.count('face'), estimate: client.count('estimate') };
    await clock.advance(4000);
    expect(client.count('face') - before.face).toBeLessThanOrEqual(17);
    expect(client.count('estimate') - before.estimate).toBeLessThanOrEqual(5);
    loop.close();
  });

  it('says of each answer when the next is due, at the pace that it has', async () => {
    const { clock, loop, on } = setUp();
    loop.start();
    await clock.advance(1000);
    expect(on.estimate.mock.lastCall?.[0]).toMatchObject({ interval: 0.25 });
    loop.setRates({ fusion: 0.5 });
    await clock.advance(1000);
    expect(on.estimate.mock.lastCall?.[0]).toMatchObject({ interval: 2 });
    loop.setRates({}, true);
    await clock.advance(3000);
    expect(on.estimate.mock.lastCall?.[0]).toMatchObject({ interval: 1 });
    loop.close();
  });

  it('tells how old the newest face is when an estimate arrives', async () => {
    const box = { x: 0, y: 0, width: 9, height: 9 };
    const seen = { box, score: 1, followed: true, expression: [1] };
    const shown = { present: true, probabilities: [1, 0], contribution: 1 };
    const client = new FakeClient({
      ...healthyAnswers(),
      face: ({ time }) => ({ time, faces: [seen], frameWidth: 9, frameHeight: 9, latency: {} }),
      estimate: ({ time }) => {
        const estimate = estimateAt(time);
        return { ...estimate, modalities: { ...estimate.modalities, face: shown } };
      },
    });
    const { clock, loop, vitals } = setUp({ client });
    loop.start();
    await clock.advance(3000);
    // looked at every 100 ms
    expect(vitals().delayMs).toBeGreaterThanOrEqual(0);
    expect(vitals().delayMs).toBeLessThanOrEqual(101);
    loop.close();
    const without = setUp();
    without.loop.start();
    await without.clock.advance(3000);
    expect(without.vitals().delayMs).toBeNull();
    without.loop.close();
  });
});

describe('Loop, at rest', () => {
  it('asks for nothing, drops samples, rests the source, and goes on afterwards', async () => {
    const { clock, client, source, loop } = setUp();
    loop.start();
    expect(source.running).toBe(true);
    await clock.advance(1000);
    loop.setRunning(false);
    expect(source.running).toBe(false);
    await clock.advance(200); // what was under way
    const asked = client.kinds.length;
    source.fire('samples', chunk(1));
    await clock.advance(5000);
    expect(client.kinds.length).toBe(asked);
    loop.setRunning(true);
    expect(source.running).toBe(true);
    await clock.advance(1000);
    expect(client.kinds.length).toBeGreaterThan(asked + 10);
    loop.close();
  });

  it('tells nothing in vain that was so before a rest', async () => {
    const { clock, loop, vitals } = setUp({ client: new FakeClient(healthyAnswers()) });
    loop.start();
    await clock.advance(1000);
    loop.setRunning(false);
    await clock.advance(60_000);
    loop.setRunning(true);
    await clock.advance(1000);
    expect(vitals().conditions).toEqual([]);
    await clock.advance(1000);
    expect(vitals().conditions).toEqual(['no-face']);
    loop.close();
  });

  it('closes a frame that arrives after the rest began', async () => {
    const { clock, client, source, loop } = setUp();
    loop.start();
    loop.setRunning(false);
    await clock.advance(100);
    expect(client.count('face')).toBe(0);
    expect(source.framesClosed).toBe(source.framesTaken);
    loop.close();
  });
});

describe('Loop, conditions', () => {
  it('tells no-face and silence in time, and takes them back', async () => {
    let found = false;
    const client = new FakeClient({
      ...healthyAnswers(),
      face: ({ time }) => {
        const face = { box: { x: 0, y: 0, width: 9, height: 9 }, score: 1, followed: true, expression: null };
        return { time, faces: found ? [face] : [], frameWidth: 1, frameHeight: 1, latency: {} };
      },
    });
    const { clock, loop, vitals } = setUp({ client });
    loop.start();
    await clock.advance(1000);
    expect(vitals().conditions).toEqual([]);
    await clock.advance(1000);
    expect(vitals().conditions).toEqual(['no-face']);
    await clock.advance(1500);
    expect(vitals().conditions).toEqual(['no-face', 'silence']);
    found = true;
    await clock.advance(500);
    expect(vitals().conditions).toEqual(['silence']);
    loop.close();
  });
});

describe('Loop, at the end', () => {
  it('asks for nothing more where it was closed before', async () => {
    const { client, source, loop, on } = setUp();
    loop.start();
    await settled();
    loop.close();
    const asked = client.kinds.length;
    source.fire('end');
    await settled();
    expect(client.kinds.slice(asked)).toEqual([]);
    expect(on.ended).not.toHaveBeenCalled();
  });

  it('listens and estimates once more after the source ended, then says so once', async () => {
    const { clock, client, source, on, loop } = setUp();
    loop.start();
    await clock.advance(1040);
    const before = { voice: client.count('voice'), estimate: client.count('estimate') };
    source.fire('end');
    source.fire('end');
    await settled();
    expect(client.count('voice')).toBe(before.voice + 1);
    expect(client.count('estimate')).toBe(before.estimate + 1);
    expect(on.ended).toHaveBeenCalledTimes(1);
    await clock.advance(3000);
    expect(client.count('estimate')).toBe(before.estimate + 1);
  });

  it.each(['face', 'voice', 'estimate'] as const)('fails once when a %s request fails', async (kind) => {
    const client = waitingFor(kind);
    const { clock, on, loop } = setUp({ client });
    loop.start();
    await settled();
    client.take(kind).fail(broken);
    await clock.advance(3000);
    expect(on.failed.mock.calls).toEqual([[broken]]);
    expect(client.count(kind)).toBe(1);
    expect(on.ended).not.toHaveBeenCalled();
  });

  it('fails when the source breaks off', async () => {
    const { source, on, loop } = setUp();
    loop.start();
    source.fire('failure', broken);
    expect(on.failed.mock.calls).toEqual([[broken]]);
  });

  it('drops answers that come after it was closed', async () => {
    const client = waitingFor('estimate');
    const { on, loop } = setUp({ client });
    loop.start();
    await settled();
    loop.close();
    client.take('estimate').answer(estimateAt(0));
    await settled();
    expect(on.estimate).not.toHaveBeenCalled();
  });
});
