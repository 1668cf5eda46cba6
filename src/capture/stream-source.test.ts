import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoError } from '../errors';
import { openStream } from './callers-stream';
import { StreamSource } from './stream-source';
import {
  asStream,
  asTrack,
  FakeAudio,
  FakeNode,
  FakeProcessor,
  FakeStream,
  FakeTrack,
  useFakeMedia,
} from './testing/fake-media';

const never = () => new AbortController().signal;

useFakeMedia();

async function read(tracks: { camera?: FakeTrack; microphone?: FakeTrack }, signal = never()) {
  const { camera, microphone } = tracks;
  const source = new StreamSource('devices', {
    camera: camera ? asTrack(camera) : null,
    microphone: microphone ? asTrack(microphone) : null,
  });
  await source.open(signal);
  return source;
}

describe('StreamSource', () => {
  it('reads the microphone at the rate of its track and mixes time in', async () => {
    const source = await read({ microphone: new FakeTrack('audio') });
    const rates: number[] = [];
    source.on('samples', ({ sampleRateHz }) => rates.push(sampleRateHz));
    FakeNode.last?.post(new Float32Array(10), 0);
    expect(rates).toEqual([44_100]);
    source.close();
  });

  it('stops the camera when the microphone cannot be opened', async () => {
    FakeAudio.moduleLoads = false;
    const [camera, microphone] = [new FakeTrack('video'), new FakeTrack('audio')];
    await expect(read({ camera, microphone })).rejects.toMatchObject({ code: 'capture-unsupported' });
    expect([camera.stops, microphone.stops]).toEqual([1, 1]);
    expect(FakeAudio.opened.map(({ state }) => state)).toEqual(['closed']);
  });

  it('stops everything when the run was left while it opened', async () => {
    const abort = new AbortController();
    const camera = new FakeTrack('video');
    const opening = read({ camera, microphone: new FakeTrack('audio') }, abort.signal);
    abort.abort();
    await expect(opening).rejects.toBeInstanceOf(MemoError);
    expect(camera.readyState).toBe('ended');
  });

  it.each(['ended', 'mute', 'unmute'])('tells of a track that fires %s', async (event) => {
    const camera = new FakeTrack('video');
    const source = await read({ camera });
    const told = vi.fn();
    source.on('trackchange', told);
    camera.dispatchEvent(new Event(event));
    expect(told).toHaveBeenCalledTimes(1);
    source.close();
    camera.dispatchEvent(new Event(event));
    expect(told).toHaveBeenCalledTimes(1);
  });

  it('says what each track is', async () => {
    const microphone = new FakeTrack('audio');
    const source = await read({ microphone });
    expect([source.camera, source.microphone, source.microphoneMuted]).toEqual(['off', 'live', false]);
    microphone.muted = true;
    expect(source.microphoneMuted).toBe(true);
    microphone.readyState = 'ended';
    expect(source.microphone).toBe('ended');
    source.close();
  });

  it('ends a waiting reader, and its node and context, on close; twice is once', async () => {
    const source = await read({ camera: new FakeTrack('video'), microphone: new FakeTrack('audio') });
    const frame = source.nextFrame(never());
    source.close();
    source.close();
    expect(await frame).toBeNull();
    expect(FakeAudio.opened.map(({ state }) => state)).toEqual(['closed']);
  });
});

describe('The clock of a StreamSource', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['Date', 'performance'] }));
  afterEach(() => vi.useRealTimers());

  /** The page's clock stands still meanwhile. */
  const setWallClock = (byMs: number) => vi.setSystemTime(Date.now() + byMs);

  it('goes on while the machine sleeps, also where the page’s stands still', async () => {
    const source = await read({ camera: new FakeTrack('video') });
    vi.advanceTimersByTime(2000);
    expect(source.now()).toBe(2);
    setWallClock(3_600_000);
    vi.advanceTimersByTime(250);
    expect(source.now()).toBe(3602.25);
    vi.advanceTimersByTime(250);
    expect(source.now(), 'once').toBe(3602.5);
    setWallClock(60_000);
    expect(source.now(), 'and another time').toBe(3662.5);
    source.close();
  });

  it('is its own where the page’s clock goes on in a sleep', async () => {
    const source = await read({ camera: new FakeTrack('video') });
    vi.advanceTimersByTime(3_600_000);
    expect(source.now()).toBe(3600);
    source.close();
  });

  it('is left alone by a wall clock that is set right, or back', async () => {
    const source = await read({ camera: new FakeTrack('video') });
    for (const byMs of [900, -3_600_000, 900]) {
      setWallClock(byMs);
      vi.advanceTimersByTime(1000);
      source.now();
    }
    expect(source.now()).toBe(3);
    source.close();
  });

  it('dates what is heard: before a sleep of then, after it of now', async () => {
    const source = await read({ microphone: new FakeTrack('audio') });
    const times: number[] = [];
    source.on('samples', ({ time }) => times.push(Math.round(time * 100) / 100));
    const samples = () => new Float32Array(4410);
    vi.advanceTimersByTime(1000);
    FakeNode.last?.post(samples(), 0);
    vi.advanceTimersByTime(100);
    const postedMs = Date.now();
    setWallClock(60_000);
    FakeNode.last?.post(samples(), 4410, postedMs); // on its way as the machine fell asleep
    vi.advanceTimersByTime(100);
    FakeNode.last?.post(samples(), 8820);
    expect(times).toEqual([0.9, 1, 61.1]);
    source.close();
  });
});

describe('openStream', () => {
  it("stops its clones and leaves the caller's tracks", async () => {
    const camera = new FakeTrack('video');
    const source = await openStream(asStream(camera), never());
    source.close();
    expect(camera.stops).toBe(0);
    expect(camera.clones.map(({ readyState }) => readyState)).toEqual(['ended']);
  });

  it('tells when the caller has stopped a track, which ends no clone: lost, and ended when no other comes', async () => {
    vi.useFakeTimers();
    const camera = new FakeTrack('video');
    const source = await openStream(asStream(camera), never());
    const told = vi.fn();
    source.on('trackchange', told);
    vi.advanceTimersByTime(1000);
    expect([told.mock.calls.length, source.camera]).toEqual([0, 'live']);
    camera.stop();
    vi.advanceTimersByTime(250);
    expect([told.mock.calls.length, source.camera, camera.clones[0]!.readyState]).toEqual([
      1,
      'lost',
      'ended',
    ]);
    vi.advanceTimersByTime(60_000);
    expect([told.mock.calls.length, source.camera]).toEqual([2, 'ended']);
    source.close();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it.each([
    ['stopped first, and the other there two seconds later', 2000, (track: FakeTrack) => track.stop()],
    ['removed alone', 0, () => undefined],
  ])('goes on with the camera that takes the place of one that is %s', async (_what, ms, leave) => {
    vi.useFakeTimers();
    const [front, back] = [new FakeTrack('video'), new FakeTrack('video')];
    const stream = new FakeStream([front]);
    const source = await openStream(stream as unknown as MediaStream, never());
    const waiting = source.nextFrame(never());
    leave(front);
    await vi.advanceTimersByTimeAsync(ms);
    stream.removeTrack(front);
    stream.addTrack(back);
    await vi.advanceTimersByTimeAsync(250);
    expect([source.camera, source.stream?.getTracks()]).toEqual(['live', back.clones]);
    expect(front.clones.map(({ readyState }) => readyState)).toEqual(['ended']);
    const frame = { close: vi.fn() } as unknown as VideoFrame;
    FakeProcessor.last?.show(frame);
    expect((await waiting)?.frame).toBe(frame);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(source.camera).toBe('live');
    back.enabled = false;
    await vi.advanceTimersByTimeAsync(250);
    expect(source.cameraMuted).toBe(true);
    source.close();
    expect([...front.clones, ...back.clones].map(({ readyState }) => readyState)).toEqual(['ended', 'ended']);
    expect([front.stops + back.stops, vi.getTimerCount()]).toEqual([ms === 0 ? 0 : 1, 0]);
    vi.useRealTimers();
  });

  it('reads a track that is added, and another in its place while it opens, and leaves neither listening', async () => {
    vi.useFakeTimers();
    const [camera, first, second] = [new FakeTrack('video'), new FakeTrack('audio'), new FakeTrack('audio')];
    const stream = new FakeStream([camera]);
    const source = await openStream(stream as unknown as MediaStream, never());
    expect(source.microphone).toBe('off');
    stream.addTrack(first);
    vi.advanceTimersByTime(250); // and it is not open yet
    stream.removeTrack(first);
    stream.addTrack(second);
    vi.advanceTimersByTime(250);
    await vi.advanceTimersByTimeAsync(500);
    expect(source.microphone).toBe('live');
    expect(FakeAudio.opened.map(({ state }) => state)).toEqual(['closed', 'running']);
    source.close();
    const clones = [...first.clones, ...second.clones].map(({ readyState }) => readyState);
    expect([clones, FakeAudio.opened[1]!.closed, vi.getTimerCount()]).toEqual([['ended', 'ended'], true, 0]);
    vi.useRealTimers();
  });

  it('listens no more to a track whose place another has taken', async () => {
    vi.useFakeTimers();
    const tracks = [new FakeTrack('audio'), new FakeTrack('audio'), new FakeTrack('audio')];
    const stream = new FakeStream([tracks[0]!]);
    const source = await openStream(stream as unknown as MediaStream, never());
    for (const [at, track] of tracks.slice(1).entries()) {
      stream.removeTrack(tracks[at]!);
      stream.addTrack(track);
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(source.microphone).toBe('live');
    const listeners = () =>
      tracks.flatMap(({ clones }) => clones.map((clone) => getEventListeners(clone, 'mute').length));
    expect(listeners()).toEqual([0, 0, 1]);
    source.close();
    expect(listeners()).toEqual([0, 0, 0]);
    vi.useRealTimers();
  });

  it('leaves a microphone that cannot be read, and the camera beside it goes on', async () => {
    vi.useFakeTimers();
    const stream = new FakeStream([new FakeTrack('video')]);
    const source = await openStream(stream as unknown as MediaStream, never());
    FakeAudio.moduleLoads = false;
    const added = new FakeTrack('audio');
    stream.addTrack(added);
    await vi.advanceTimersByTimeAsync(5000);
    expect([source.camera, source.microphone]).toEqual(['live', 'off']);
    expect(added.clones.map(({ readyState }) => readyState)).toEqual(['ended']);
    source.close();
    vi.useRealTimers();
  });

  it.each([
    ['mutes while it is read', true],
    ['gives muted', false],
  ])(
    'follows a track that the caller %s: neither heard nor seen until it is enabled',
    async (_what, enabled) => {
      vi.useFakeTimers();
      const tracks = [new FakeTrack('video'), new FakeTrack('audio')];
      const enable = (value: boolean) => {
        for (const track of tracks) track.enabled = value;
      };
      enable(enabled);
      const source = await openStream(asStream(...tracks), never());
      const muted = () => [source.cameraMuted, source.microphoneMuted];
      expect(muted()).toEqual([!enabled, !enabled]);
      const told = vi.fn();
      source.on('trackchange', told);
      enable(!enabled);
      vi.advanceTimersByTime(250);
      expect(muted()).toEqual([enabled, enabled]);
      expect(tracks.flatMap(({ clones }) => clones.map((clone) => clone.enabled))).toEqual([
        !enabled,
        !enabled,
      ]);
      enable(enabled);
      vi.advanceTimersByTime(1000);
      expect([...muted(), told.mock.calls.length]).toEqual([!enabled, !enabled, 4]);
      expect([source.camera, source.microphone]).toEqual(['live', 'live']);
      source.close();
      vi.useRealTimers();
    },
  );

  it('refuses a stream whose tracks have ended', async () => {
    const over = new FakeTrack('video');
    over.stop();
    await expect(openStream(asStream(over), never())).rejects.toMatchObject({ code: 'nothing-to-capture' });
  });
});
