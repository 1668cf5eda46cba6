import { describe, expect, it, vi } from 'vitest';
import { openDevices } from '../capture/device-source';
import { MemoError } from '../errors';
import { FakeClient, healthyAnswers, MANIFEST, WEBGPU } from './testing/fake-client';
import { FakeSource } from './testing/fake-source';
import { settled } from './testing/manual-clock';
import { listening, setUp } from './testing/set-up';

const slowLoad = () => new FakeClient({ ...healthyAnswers(), load: undefined });
const loadAnswer = () => ({ manifest: MANIFEST, backend: WEBGPU });
const denied = new MemoError('devices-denied', 'both refused', 'allow one');
const missing = new MemoError('file-missing', 'gone', 'look');

describe('Recogniser, from start to stop', () => {
  it('asks and loads at the same time, then listens', async () => {
    const { recogniser, clients, openings, phases, source } = setUp(slowLoad);
    const started = recogniser.start();
    expect(recogniser.state.phase).toBe('asking');
    expect(clients[0]!.count('load')).toBe(1);
    openings[0]!.arrive(source());
    await settled();
    expect(recogniser.state).toMatchObject({ phase: 'loading', camera: 'live', microphone: 'live' });
    clients[0]!.tell({ step: 'warm-up', loadedBytes: 2, totalBytes: 2, item: 'denseface', fraction: 0.8 });
    expect(recogniser.state.phase).toBe('warming');
    clients[0]!.take('load').answer(loadAnswer());
    await started;
    expect(phases).toEqual(['asking', 'loading', 'warming', 'listening']);
    expect(recogniser.state.backend).toEqual(WEBGPU);
    expect(clients[0]!.kinds.slice(0, 3)).toEqual(['load', 'part', 'reset']);
    recogniser.close();
  });

  it('gives estimates by event and state, until stop lets everything go', async () => {
    const { recogniser, clock, live, clients } = await listening();
    const heard = vi.fn();
    recogniser.addEventListener('estimate', ({ detail }) => heard(detail.probabilities));
    await clock.advance(1000);
    expect(heard.mock.calls.length).toBeGreaterThanOrEqual(4);
    expect(recogniser.state.estimate?.labels).toEqual(['happy', 'sad']);
    recogniser.stop();
    expect(live.closes).toBe(1);
    expect(recogniser.state).toMatchObject({ phase: 'idle', source: null, camera: 'off', estimate: null });
    const asked = clients[0]!.kinds.length;
    await clock.advance(3000);
    expect(clients[0]!.kinds.length).toBe(asked);
    recogniser.close();
  });

  it('loads once for two runs', async () => {
    const { recogniser, clients, openings, source } = await listening();
    recogniser.stop();
    const again = recogniser.startActor();
    openings[1]!.arrive(source());
    await again;
    expect(clients).toHaveLength(1);
    expect(clients[0]!.count('load')).toBe(1);
    expect(clients[0]!.count('reset')).toBe(2);
    recogniser.close();
  });

  it('lets the worker forget the sound when a run ends: by a stop, by itself, by a fault of the devices', async () => {
    const { recogniser, clients, live, openings, source, clock } = await listening();
    const forgotten = () => clients[0]!.count('forget');
    await clock.advance(500);
    recogniser.stop();
    expect([forgotten(), clients[0]!.kinds.at(-1)]).toEqual([1, 'forget']);
    const played = recogniser.startFile(new Blob(['x']), 'x.webm');
    const [file, again] = [source(), source()];
    openings[1]!.arrive(file);
    await played;
    file.fire('end');
    await settled();
    expect([recogniser.state.phase, forgotten()]).toEqual(['idle', 2]);
    const started = recogniser.start();
    openings[2]!.arrive(again);
    await started;
    Object.assign(again, { camera: 'ended', microphone: 'ended' }).fire('trackchange');
    expect([recogniser.state.error?.code, forgotten()]).toEqual(['device-lost', 3]);
    await recogniser.setText('hello');
    expect([forgotten(), live.closes], 'a text makes no sound').toEqual([3, 1]);
    recogniser.close();
  });

  it('lets the model go with close, and cannot be used after it', async () => {
    const { recogniser, clients, live } = await listening();
    recogniser.close();
    recogniser.close();
    expect([clients[0]!.closed, live.closes]).toEqual([true, 1]);
    await expect(recogniser.start()).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('Recogniser, when something newer wins', () => {
  it('stops tracks that arrive after a stop', async () => {
    const { recogniser, openings, source } = setUp();
    const started = recogniser.start();
    recogniser.stop();
    expect(openings[0]!.signal.aborted).toBe(true);
    const late = source();
    openings[0]!.arrive(late);
    await started;
    expect(late.closes).toBe(1);
    expect(recogniser.state).toMatchObject({ phase: 'idle', camera: 'off' });
    recogniser.close();
  });

  it('shows nothing of tracks that arrived in whatever turn before a stop', async () => {
    for (let turns = 0; turns < 12; turns += 1) {
      const { recogniser, openings, source } = setUp(slowLoad);
      const started = recogniser.start();
      const granted = source();
      openings[0]!.arrive(granted);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      recogniser.stop();
      await started;
      await settled();
      const { phase, camera, microphone } = recogniser.state;
      expect([phase, camera, microphone, granted.closes], `${turns} turns`).toEqual([
        'idle',
        'off',
        'off',
        1,
      ]);
      recogniser.close();
    }
  });

  it('stays idle when the load ends after a stop', async () => {
    const { recogniser, clients, openings, source } = setUp(slowLoad);
    const started = recogniser.start();
    const live = source();
    openings[0]!.arrive(live);
    await settled();
    recogniser.stop();
    expect([recogniser.state.phase, live.closes]).toEqual(['idle', 1]);
    clients[0]!.take('load').answer(loadAnswer());
    await started;
    expect(recogniser.state.phase).toBe('idle');
    recogniser.close();
  });

  it('shows a camera that is on while the microphone is still asked for, and a stop ends it', async () => {
    const track = Object.assign(new EventTarget(), { readyState: 'live', stop: vi.fn() });
    const getUserMedia = ({ video }: MediaStreamConstraints) =>
      video === undefined
        ? new Promise<never>(() => undefined)
        : Promise.resolve({ getTracks: () => [track] });
    vi.stubGlobal('navigator', { mediaDevices: { getUserMedia } });
    const { recogniser } = setUp(slowLoad, {}, { devices: openDevices });
    const started = recogniser.start();
    await settled();
    expect(recogniser.state).toMatchObject({ phase: 'asking', camera: 'live', microphone: 'off' });
    recogniser.stop();
    await started;
    expect(track.stop).toHaveBeenCalledOnce();
    expect(recogniser.state).toMatchObject({ phase: 'idle', camera: 'off' });
    recogniser.close();
    vi.unstubAllGlobals();
  });

  it.each(['stop', 'close'] as const)(
    'settles at once with a %s: no prompt and no model is waited for',
    async (end) => {
      const { recogniser, openings, source } = setUp(slowLoad);
      const asking = recogniser.start();
      recogniser.stop();
      await asking;
      const loading = recogniser.start();
      openings[1]!.arrive(source());
      await settled();
      expect(recogniser.state.phase).toBe('loading');
      recogniser[end]();
      await loading;
      const late = source();
      openings[0]!.arrive(late);
      await settled();
      expect(late.closes).toBe(1);
      recogniser.close();
    },
  );

  it('leaves a worker that says nothing: the next start gets another', async () => {
    const { recogniser, clients, openings, source } = setUp(slowLoad);
    const again = () => {
      recogniser.stop();
      const started = recogniser.start();
      openings.at(-1)!.arrive(source());
      return started;
    };
    void recogniser.start();
    clients[0]!.quietSeconds = 9;
    void again();
    expect(clients).toHaveLength(1);
    clients[0]!.quietSeconds = 10;
    void again();
    expect(clients.map(({ closed, retired }) => [closed, retired])).toEqual([
      [true, true],
      [false, false],
    ]);
    // who fetches may be waiting for the network, which is given up after 30 s
    clients[1]!.tell({ step: 'fetch', loadedBytes: 1, totalBytes: 2, item: 'denseface', fraction: 0.3 });
    clients[1]!.quietSeconds = 39;
    void again();
    expect(clients).toHaveLength(2);
    clients[1]!.quietSeconds = 40;
    const started = again();
    await settled();
    clients[2]!.take('load').answer(loadAnswer());
    await started;
    expect(recogniser.state).toMatchObject({ phase: 'listening', error: null });
    recogniser.close();
  });

  it('asks for nothing when who hears of the start stops it', async () => {
    const { recogniser, openings } = setUp();
    recogniser.addEventListener('statechange', () => recogniser.stop(), { once: true });
    await recogniser.start();
    expect([recogniser.state.phase, openings.length]).toEqual(['idle', 0]);
    recogniser.close();
  });

  it('drops a slow start for a newer one, without a phase in between', async () => {
    const { recogniser, openings, phases, source } = setUp();
    const first = recogniser.start();
    const second = recogniser.startActor();
    const [late, live] = [source(), source()];
    openings[1]!.arrive(live);
    openings[0]!.arrive(late);
    await Promise.all([first, second]);
    expect([late.closes, live.closes]).toEqual([1, 0]);
    expect(recogniser.state).toMatchObject({ phase: 'listening', source: 'actor' });
    expect(phases).not.toContain('idle');
    recogniser.close();
  });

  it('says nothing of a failure in a run that was left', async () => {
    const { recogniser, openings } = setUp();
    const error = vi.fn();
    recogniser.addEventListener('error', error);
    const started = recogniser.start();
    recogniser.stop();
    openings[0]!.fail(denied);
    await started;
    expect(error).not.toHaveBeenCalled();
    expect(recogniser.state.phase).toBe('idle');
    recogniser.close();
  });
});

describe('Recogniser, when something fails', () => {
  it('shows, sends and throws the same error; Start works again with the model kept', async () => {
    const { recogniser, clients, openings, phases, source } = setUp();
    const sent = vi.fn();
    recogniser.addEventListener('error', ({ detail }) => sent(detail));
    const started = recogniser.start();
    openings[0]!.fail(denied);
    await expect(started).rejects.toBe(denied);
    expect(sent.mock.calls).toEqual([[denied]]);
    expect(recogniser.state).toMatchObject({ phase: 'error', error: denied });
    const again = recogniser.start({ camera: false, microphone: true });
    openings[1]!.arrive(source());
    await again;
    expect(recogniser.state).toMatchObject({ phase: 'listening', error: null });
    expect(clients).toHaveLength(1);
    expect(phases).toEqual(['asking', 'error', 'asking', 'listening']);
    recogniser.close();
  });

  it('fails at once when the model cannot load, and stops a camera granted later', async () => {
    const { recogniser, clients, openings, source } = setUp(slowLoad);
    const started = recogniser.start();
    clients[0]!.take('load').fail(missing);
    await expect(started).rejects.toBe(missing);
    const late = source();
    openings[0]!.arrive(late);
    await settled();
    expect(late.closes).toBe(1);
    const again = recogniser.start();
    openings[1]!.arrive(source());
    await settled();
    clients[1]!.take('load').answer(loadAnswer());
    await again;
    expect(recogniser.state.phase).toBe('listening');
    recogniser.close();
  });

  it('tells once of a load that both load() and start() waited for', async () => {
    const { recogniser, clients } = setUp(slowLoad);
    const sent = vi.fn();
    recogniser.addEventListener('error', sent);
    const both = Promise.allSettled([recogniser.load(), recogniser.start()]);
    clients[0]!.take('load').fail(missing);
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(sent).toHaveBeenCalledTimes(1);
    recogniser.close();
  });

  it('does not trust a worker whose request failed with the next run', async () => {
    const waits = () => new FakeClient({ ...healthyAnswers(), estimate: undefined });
    const { recogniser, clients, live } = await listening(waits);
    clients[0]!.take('estimate').fail(new MemoError('graph-invalid', 'failed', 'another bundle'));
    await settled();
    expect(recogniser.state.error?.code).toBe('graph-invalid');
    expect([clients[0]!.closed, live.closes]).toEqual([true, 1]);
    recogniser.close();
  });

  it('goes on with one track, and fails when the last one ends', async () => {
    const { recogniser, live } = await listening();
    live.camera = 'ended';
    live.fire('trackchange');
    expect(recogniser.state).toMatchObject({ phase: 'listening', camera: 'ended' });
    live.microphone = 'ended';
    live.fire('trackchange');
    expect(recogniser.state.error?.code).toBe('device-lost');
    recogniser.close();
  });

  it('goes back to idle when the error is dismissed', async () => {
    const { recogniser, openings } = setUp();
    recogniser.handle({ name: 'start', detail: { camera: true, microphone: true } });
    openings[0]!.fail(denied);
    await settled();
    expect(recogniser.state.phase).toBe('error');
    recogniser.handle({ name: 'dismiss-error', detail: {} });
    expect(recogniser.state).toMatchObject({ phase: 'idle', error: null });
    recogniser.close();
  });
});

describe('Recogniser, and a file', () => {
  it('is idle after its end, with the last estimate left', async () => {
    const { recogniser, openings, source, clock } = setUp();
    const started = recogniser.startFile(new Blob(['x']), 'x.webm');
    const file = source();
    openings[0]!.arrive(file);
    await started;
    await clock.advance(500);
    file.fire('end');
    await settled();
    expect(recogniser.state).toMatchObject({ phase: 'idle', source: 'file', camera: 'off' });
    expect(recogniser.state.estimate).not.toBeNull();
    expect(file.closes).toBe(1);
    recogniser.close();
  });
});

describe('Recogniser, and the date of a timeline', () => {
  it('is when a live source’s clock stood at 0', async () => {
    const { recogniser, openings, clock } = setUp();
    const started = recogniser.start();
    openings[0]!.arrive(new FakeSource(() => 90_000));
    const before = Date.now();
    await started;
    await clock.advance(500);
    const began = recogniser.state.timeline?.began;
    expect(began).toBeGreaterThanOrEqual(before - 90_000);
    expect(began).toBeLessThanOrEqual(Date.now() - 90_000);
    recogniser.close();
  });

  it('is not known of a file, nor of what is pushed', async () => {
    const { recogniser, openings, source, clock } = setUp();
    const started = recogniser.startFile(new Blob(['x']), 'x.webm');
    openings[0]!.arrive(source());
    await started;
    await clock.advance(500);
    expect(recogniser.state.timeline).not.toBeNull();
    expect(recogniser.state.timeline).not.toHaveProperty('began');
    await recogniser.startPush();
    await clock.advance(500);
    expect(recogniser.state.timeline).not.toHaveProperty('began');
    recogniser.close();
  });
});
