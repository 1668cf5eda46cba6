/** Faults of the worker, the GPU, the memory and the network, injected while it runs and while it loads: what is kept. */

import { describe, expect, it, vi } from 'vitest';
import type { MediaReader, SampleChunk, Source } from '../capture';
import { MemoError, type ErrorCode } from '../errors';
import type { Recogniser } from './recogniser';
import { FakeClient, healthyAnswers, MANIFEST, WEBGPU } from './testing/fake-client';
import { FakeSource } from './testing/fake-source';
import { settled, type ManualClock } from './testing/manual-clock';
import { listening, setUp } from './testing/set-up';
import { eventually } from '../testing/eventually';

const WASM = { ...WEBGPU, name: 'wasm', forced: true, reason: 'it was asked for' } as const;
const box = { x: 10, y: 20, width: 30, height: 40 };
const face = { box, score: 0.9, followed: true, expression: null };

/** Sees one face; computes on what it was asked for. */
const healthy = () =>
  new FakeClient({
    ...healthyAnswers(),
    load: ({ device }) => ({ manifest: MANIFEST, backend: device === 'wasm' ? WASM : WEBGPU }),
    face: ({ time }) => ({ time, faces: [face], frameWidth: 640, frameHeight: 480, latency: {} }),
    voice: ({ time }) => ({ time, speaking: true, level: 0.1, muted: false, clipped: 0, latency: {} }),
  });

/** Estimates wait, so that a test can fail one. */
const failing = () => new FakeClient({ ...healthy().answers, estimate: undefined });
const lost = (code: ErrorCode) => new MemoError(code, 'It was taken away.', 'Press Start again.');

/** From here on the client's next estimate waits, so that a test can fail it. */
async function hold(client: FakeClient, clock: ManualClock): Promise<void> {
  client.answers.estimate = undefined;
  await clock.advance(600);
}

const FAULTS: readonly [what: string, strike: (client: FakeClient) => void][] = [
  ['the GPU device is lost', (client) => client.take('estimate').fail(lost('device-gpu-lost'))],
  ['the worker crashes', (client) => client.die()],
  ['memory runs out', (client) => client.take('estimate').fail(lost('out-of-memory'))],
];

describe.each(FAULTS)('While it listens, %s', (_what, strike) => {
  it('once: a fresh worker takes over; timeline, settings, words, marks and the devices stay', async () => {
    const wish = { labels: ['happy', 'sad'] };
    const { recogniser, clients, clock, live, asked } = await listening(healthy, wish);
    const errors = vi.fn();
    recogniser.addEventListener('error', errors);
    await recogniser.setText('what a day');
    await clock.advance(2000);
    for (const word of ['happy', 'sad', 'sad']) recogniser.mark(word);
    const { adaptation } = recogniser.state;
    expect(adaptation.fitted).not.toBeNull();
    const before = recogniser.state.timeline?.estimates.length ?? 0;
    expect(before).toBeGreaterThan(4);
    await hold(clients[0]!, clock);
    strike(clients[0]!);
    await settled();
    await clock.advance(3000);
    expect(recogniser.state).toMatchObject({ phase: 'listening', conditions: [], error: null });
    expect(recogniser.state.timeline?.estimates.length).toBeGreaterThan(before + 8);
    expect(recogniser.state.timeline?.estimates[0]?.time).toBeLessThan(1);
    expect(recogniser.state.adaptation).toEqual(adaptation);
    expect(recogniser.state.estimate?.unadapted).toBeDefined();
    expect([live.closes, errors.mock.calls.length]).toEqual([0, 0]);
    expect(clients.map(({ closed, retired }) => [closed, retired])).toEqual([
      [true, true],
      [false, false],
    ]);
    expect(clients[1]!.bodies.prompt).toMatchObject([{ prompt: null, labels: ['happy', 'sad'] }]);
    expect(clients[1]!.bodies.text[0]?.texts[0]?.text).toBe('what a day');
    expect(clients[1]!.bodies.follow).toEqual([{ box }]);
    expect(asked.map(({ device }) => device)).toEqual(['auto', 'auto']);
    recogniser.close();
  });

  it('twice in a short while: it goes on on WebAssembly and says why; a third time it is told', async () => {
    const { recogniser, clients, clock, asked, live } = await listening(healthy);
    await clock.advance(1000);
    await hold(clients[0]!, clock);
    strike(clients[0]!);
    await clock.advance(10_000);
    expect(recogniser.state.backend?.name).toBe('webgpu');
    await hold(clients[1]!, clock);
    strike(clients[1]!);
    await clock.advance(10_000);
    expect(recogniser.state).toMatchObject({ phase: 'listening', conditions: ['cpu-fallback'] });
    expect(recogniser.state.backend).toMatchObject({ name: 'wasm', forced: false });
    expect(recogniser.state.backend?.reason).toMatch(/twice within three minutes/);
    expect(asked.map(({ device }) => device)).toEqual(['auto', 'auto', 'wasm']);
    expect(live.closes).toBe(0);
    await hold(clients[2]!, clock);
    strike(clients[2]!);
    await clock.advance(0);
    expect(recogniser.state.phase).toBe('error');
    expect(recogniser.state.error?.cure).toMatch(/Start again/);
    expect(recogniser.state.timeline?.estimates.length).toBeGreaterThan(40);
    expect(live.closes).toBe(1);
    recogniser.close();
  });

  it('on resume, after an hour hidden: the same', async () => {
    const { recogniser, clients, clock, page, live } = await listening(healthy);
    await clock.advance(1000);
    page.set({ hidden: true });
    await clock.leap(3_600_000);
    clients[0]!.answers.estimate = undefined;
    page.set({ hidden: false });
    await clock.advance(300);
    strike(clients[0]!);
    await clock.advance(2000);
    expect(recogniser.state).toMatchObject({ phase: 'listening', conditions: [], error: null });
    expect([clients.length, live.closes, live.running]).toEqual([2, 0, true]);
    recogniser.close();
  });
});

describe('A second fault right after the first', () => {
  it('before it is known whom to follow: it goes on on WebAssembly', async () => {
    const short = () => new FakeClient({ ...failing().answers, follow: undefined });
    const { recogniser, clients, clock, asked, live } = await listening((n) =>
      n === 1 ? short() : healthy(),
    );
    await clock.advance(1000);
    await hold(clients[0]!, clock);
    clients[0]!.take('estimate').fail(lost('device-gpu-lost'));
    await clock.advance(600);
    expect(clients[1]!.waiting('follow')).toHaveLength(1);
    clients[1]!.die();
    await clock.advance(1000);
    expect(recogniser.state).toMatchObject({ phase: 'listening', error: null, backend: { name: 'wasm' } });
    expect(asked.map(({ device }) => device)).toEqual(['auto', 'auto', 'wasm']);
    expect([live.closes, clients[2]!.bodies.follow]).toEqual([0, [{ box }]]);
    recogniser.close();
  });
});

describe('A stop while it mends', () => {
  it('wins: idle, every track ended, and the late model begins nothing', async () => {
    const slow = new FakeClient({ ...healthyAnswers(), load: undefined });
    const { recogniser, clients, clock, live } = await listening((n) => (n === 0 ? healthy() : slow));
    clients[0]!.die();
    await settled();
    expect(recogniser.state.conditions).toEqual(['recovering']);
    recogniser.stop();
    slow.take('load').answer({ manifest: MANIFEST, backend: WEBGPU });
    await clock.advance(1000);
    expect(recogniser.state).toMatchObject({ phase: 'idle', conditions: [] });
    expect([live.closes, slow.count('face'), slow.count('estimate')]).toEqual([1, 0, 0]);
    recogniser.close();
  });
});

describe('A worker that dies while it loads', () => {
  it('is replaced once; the start goes on', async () => {
    const slow = () => new FakeClient({ ...healthyAnswers(), load: undefined });
    const { recogniser, clients, openings, source } = setUp(slow);
    const started = recogniser.start();
    openings[0]!.arrive(source());
    clients[0]!.die();
    await settled();
    clients[1]!.take('load').answer({ manifest: MANIFEST, backend: WEBGPU });
    await started;
    expect(recogniser.state.phase).toBe('listening');
    recogniser.close();
  });

  it.each([
    ['a start and a load', (to: Recogniser) => to.start()],
    ['two loads', (to: Recogniser) => to.load()],
  ])('is replaced once for %s', async (_what, begin) => {
    const slow = () => new FakeClient({ ...healthyAnswers(), load: undefined });
    const { recogniser, clients, openings, source } = setUp(slow);
    const errors = vi.fn();
    recogniser.addEventListener('error', errors);
    const both = [begin(recogniser), recogniser.load()];
    openings[0]?.arrive(source());
    clients[0]!.die();
    await settled();
    clients[1]!.take('load').answer({ manifest: MANIFEST, backend: WEBGPU });
    await Promise.all(both);
    expect(clients.map(({ closed }) => closed)).toEqual([true, false]);
    expect(errors).not.toHaveBeenCalled();
    recogniser.close();
  });

  it('is told when every one of them dies, and the devices are let go', async () => {
    const slow = () => new FakeClient({ ...healthyAnswers(), load: undefined });
    const { recogniser, clients, openings, source } = setUp(slow);
    const live = source();
    const failed = recogniser.start().catch((error: unknown) => error);
    openings[0]!.arrive(live);
    for (let number = 0; number < 3; number += 1) {
      clients[number]!.die();
      await settled();
    }
    expect(await failed).toMatchObject({ code: 'worker-lost' });
    expect([clients.length, live.closes, recogniser.state.error?.code]).toEqual([3, 1, 'worker-lost']);
    recogniser.close();
  });
});

describe('A worker whose script cannot be fetched', () => {
  const slow = () => new FakeClient({ ...healthyAnswers(), load: undefined });

  it('is no crash: the network is waited for, as often as it goes, and the GPU is not left', async () => {
    const { recogniser, clients, openings, source, page, asked } = setUp(slow);
    const started = recogniser.start();
    openings[0]!.arrive(source());
    for (const number of [0, 1]) {
      page.set({ online: false });
      clients[number]!.die(lost('file-missing'));
      await settled();
      expect(recogniser.state.conditions).toEqual(['offline', 'awaiting-network']);
      page.set({ online: true });
      await settled();
    }
    clients[2]!.take('load').answer({ manifest: MANIFEST, backend: WEBGPU });
    await started;
    expect(recogniser.state).toMatchObject({ phase: 'listening', error: null });
    expect(asked.map(({ device }) => device)).toEqual(['auto', 'auto', 'auto']);
    recogniser.close();
  });

  it('is told at once where the page is online, for then it is not on the server', async () => {
    const { recogniser, clients } = setUp(slow);
    const loading = recogniser.load();
    clients[0]!.die(lost('file-missing'));
    await expect(loading).rejects.toMatchObject({ code: 'file-missing' });
    expect(clients).toHaveLength(1);
    recogniser.close();
  });
});

describe('A text alone', () => {
  it('is answered by a fresh worker when the first one dies over it', async () => {
    const { recogniser, clients } = setUp((n) => (n === 0 ? failing() : healthy()));
    const answered = recogniser.setText('I love this');
    await settled();
    clients[0]!.die();
    await answered;
    expect(recogniser.state).toMatchObject({ phase: 'idle', source: 'text', error: null });
    expect(recogniser.state.estimate).not.toBeNull();
    recogniser.close();
  });
});

/** What each stage of a first download fails with when the network goes. */
const STAGES: readonly [stage: string, code: ErrorCode][] = [
  ['the manifest', 'manifest-unreachable'],
  ['a model file, at any byte', 'file-missing'],
  ['the detector or the speech gate', 'file-missing'],
  ["ONNX Runtime's own files", 'backend-unavailable'],
];

describe('The network lost during the first download', () => {
  it.each(STAGES)('at %s: it waits, says so, and goes on when the network is back', async (_stage, code) => {
    const slow = () => new FakeClient({ ...healthyAnswers(), load: undefined });
    const { recogniser, clients, openings, source, page, phases } = setUp(slow);
    const live = source();
    const started = recogniser.start();
    openings[0]!.arrive(live);
    page.set({ online: false });
    clients[0]!.take('load').fail(lost(code));
    await settled();
    expect(recogniser.state).toMatchObject({ phase: 'loading', camera: 'live', error: null });
    expect(recogniser.state.conditions).toEqual(['offline', 'awaiting-network']);
    expect(clients).toHaveLength(1);
    page.set({ online: true });
    await settled();
    clients[1]!.take('load').answer({ manifest: MANIFEST, backend: WEBGPU });
    await started;
    expect(recogniser.state).toMatchObject({ phase: 'listening', conditions: [] });
    expect(phases).not.toContain('error');
    expect(live.closes).toBe(0);
    recogniser.close();
  });

  it('ends with a stop, in silence', async () => {
    const slow = () => new FakeClient({ ...healthyAnswers(), load: undefined });
    const { recogniser, clients, openings, source, page } = setUp(slow);
    const live = source();
    const started = recogniser.start();
    openings[0]!.arrive(live);
    page.set({ online: false });
    clients[0]!.take('load').fail(lost('file-missing'));
    await settled();
    recogniser.stop();
    await started;
    expect(recogniser.state).toMatchObject({ phase: 'idle', conditions: ['offline'], error: null });
    page.set({ online: true });
    await settled();
    expect([clients.length, live.closes]).toEqual([1, 1]);
    recogniser.close();
  });

  it('is told where the page is online, for then the server is at fault', async () => {
    const slow = () => new FakeClient({ ...healthyAnswers(), load: undefined });
    const { recogniser, clients } = setUp(slow);
    const loading = recogniser.load();
    clients[0]!.take('load').fail(lost('file-missing'));
    await expect(loading).rejects.toMatchObject({ code: 'file-missing' });
    expect(recogniser.state.error?.code).toBe('file-missing');
    recogniser.close();
  });
});

describe('Without a network, where the files of the GPU alone are kept', () => {
  it('a GPU lost twice waits for the network, and then goes on on WebAssembly with the timeline it had', async () => {
    const fetching = () => new FakeClient({ ...healthy().answers, load: undefined });
    const { recogniser, clients, clock, page, live, asked } = await listening((number) =>
      number < 2 ? healthy() : fetching(),
    );
    page.set({ online: false });
    await clock.advance(1000);
    for (const client of [0, 1]) {
      await hold(clients[client]!, clock);
      clients[client]!.take('estimate').fail(lost('device-gpu-lost'));
      await clock.advance(1000);
    }
    clients[2]!.take('load').fail(lost('file-missing'));
    await settled();
    expect(recogniser.state).toMatchObject({ error: null, camera: 'live' });
    expect(recogniser.state.conditions).toContain('awaiting-network');
    const before = recogniser.state.timeline?.estimates.length ?? 0;
    expect(before).toBeGreaterThan(2);
    page.set({ online: true });
    await settled();
    clients[3]!.take('load').answer({ manifest: MANIFEST, backend: WASM });
    await clock.advance(2000);
    expect(recogniser.state).toMatchObject({ phase: 'listening', error: null });
    expect(recogniser.state.backend?.name).toBe('wasm');
    expect(recogniser.state.timeline?.estimates.length).toBeGreaterThan(before);
    expect(asked.map(({ device }) => device)).toEqual(['auto', 'auto', 'wasm', 'wasm']);
    expect(live.closes).toBe(0);
    recogniser.close();
  });
});

/** Six seconds of black pictures and silence. */
class FakeReader implements MediaReader {
  readonly name = 'x.webm';
  readonly seconds = 6;
  readonly hasPicture = true;
  readonly hasSound = true;
  readonly leftOut = { picture: false, sound: false };
  readonly asked: number[] = [];

  async *frames(times: Iterable<number>) {
    for (const time of times) {
      this.asked.push(time);
      yield { frame: { close: () => undefined } as unknown as ImageBitmap, time };
    }
  }
  async *samples(): AsyncGenerator<SampleChunk, void> {
    for (let time = 0; time < this.seconds; time += 1) {
      yield { samples: new Float32Array(8000), sampleRateHz: 8000, time };
    }
  }
  close(): void {
    // nothing to let go
  }
}

function fileSource(reader: MediaReader): Source & FakeSource {
  return Object.assign(new FakeSource(() => 0), { kind: 'file' as const, reader, seconds: reader.seconds });
}

describe('A file under analysis', () => {
  it('goes on after a fault where it was: what was analysed stays, once', async () => {
    let estimates = 0;
    const crashing = new FakeClient({
      ...healthyAnswers(),
      estimate: ({ time }) => {
        estimates += 1;
        if (estimates === 21) throw lost('device-gpu-lost');
        return { ...healthyAnswers().estimate!({ time })!, faces: [face] };
      },
    });
    const { recogniser, clients, openings } = setUp((n) => (n === 0 ? crashing : healthy()));
    const started = recogniser.startFile(new Blob(['x']), 'x.webm');
    const reader = new FakeReader();
    const [first, second] = [fileSource(new FakeReader()), fileSource(reader)];
    openings[0]!.arrive(first);
    await started;
    await eventually(() => expect(openings).toHaveLength(2));
    expect(recogniser.state.timeline?.estimates).toHaveLength(20);
    openings[1]!.arrive(second);
    await eventually(() => expect(recogniser.state.phase).toBe('idle'));
    const times = recogniser.state.timeline?.estimates.map(({ time }) => time) ?? [];
    expect(times).toEqual(Array.from({ length: 24 }, (_, index) => (index + 1) / 4));
    // the evidence of the last seconds is gathered again, no more than that
    expect(reader.asked[0]).toBe(1);
    expect(clients[1]!.count('estimate')).toBe(4);
    expect(clients[1]!.bodies.follow[0], 'the same person').toEqual({ box });
    expect([first.closes, second.closes, recogniser.state.error]).toEqual([1, 1, null]);
    recogniser.close();
  });
});
