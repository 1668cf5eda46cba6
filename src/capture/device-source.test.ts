/** Devices taken away and brought back, as the browser tells it: what is captured goes on, and nobody is asked unasked. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDevices } from './device-source';
import type { SampleChunk } from './source';
import { FakeDevices } from './testing/fake-devices';
import { asStream, FakeAudio, FakeNode, FakeProcessor, FakeTrack, useFakeMedia } from './testing/fake-media';

useFakeMedia();

let devices: FakeDevices;
beforeEach(() => {
  vi.useFakeTimers();
  devices = new FakeDevices();
  const query = () => Promise.resolve({ state: devices.permission });
  vi.stubGlobal('navigator', { mediaDevices: devices, permissions: { query } });
});
afterEach(() => vi.useRealTimers());

async function open() {
  const [camera, microphone] = [new FakeTrack('video'), new FakeTrack('audio')];
  devices.next.video.push(camera);
  devices.next.audio.push(microphone);
  const source = await openDevices({ camera: true, microphone: true }, new AbortController().signal);
  const changes: string[] = [];
  source.on('trackchange', () => changes.push(`${source.camera} ${source.microphone}`));
  return { source, camera, microphone, changes };
}

const picture = () => ({ close: vi.fn() }) as unknown as VideoFrame;
const passed = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('A camera', () => {
  it('unplugged and plugged in again, or another: its frames go on to who waits for one', async () => {
    const { source, camera, changes } = await open();
    const waiting = source.nextFrame(new AbortController().signal);
    camera.end();
    expect([source.camera, source.microphone, source.stream]).toEqual(['lost', 'live', null]);
    await passed(60_000);
    const another = new FakeTrack('video');
    devices.next.video.push(another);
    devices.dispatchEvent(new Event('devicechange'));
    await passed(0);
    expect(source.camera).toBe('live');
    const frame = picture();
    FakeProcessor.last?.show(frame);
    expect((await waiting)?.frame).toBe(frame);
    expect(changes).toEqual(['lost live', 'live live']);
    source.close();
    expect([another.readyState, vi.getTimerCount()]).toEqual(['ended', 0]);
  });

  it('taken by another program: muted it is told, ended it is tried until it is free', async () => {
    const { source, camera, changes } = await open();
    camera.mute(true);
    expect([source.cameraMuted, source.camera]).toEqual([true, 'live']);
    camera.mute(false);
    expect(source.cameraMuted).toBe(false);
    devices.next.video.push('NotReadableError', 'NotReadableError', new FakeTrack('video'));
    camera.end();
    await passed(2999);
    expect(source.camera).toBe('lost');
    await passed(1);
    expect(source.camera).toBe('live');
    expect(changes.at(-1)).toBe('live live');
    source.close();
  });

  it.each(['prompt', 'denied'])('whose permission is "%s" now is not asked for again', async (permission) => {
    const { source, camera } = await open();
    devices.permission = permission;
    const asked = devices.asked;
    const waiting = source.nextFrame(new AbortController().signal);
    camera.end();
    await passed(60_000);
    expect([source.camera, devices.asked]).toEqual(['ended', asked]);
    source.close();
    expect(await waiting).toBeNull();
  });

  it('refused when it comes back is told, and waited for no more', async () => {
    const { source, camera } = await open();
    devices.next.video.push('NotAllowedError');
    camera.end();
    await passed(0);
    expect(source.camera).toBe('refused');
    expect(vi.getTimerCount()).toBe(1); // the microphone's own
    source.close();
  });

  it('that comes after a stop is let go at once', async () => {
    const { source, camera } = await open();
    const late = new FakeTrack('video');
    let give: (stream: MediaStream) => void = () => undefined;
    camera.end();
    Object.assign(devices, { getUserMedia: () => new Promise((resolve) => (give = resolve)) });
    await passed(0);
    source.close();
    give(asStream(late));
    await passed(0);
    expect([late.readyState, vi.getTimerCount()]).toEqual(['ended', 0]);
  });
});

describe('A microphone', () => {
  const hear = (startFrame: number, length: number) =>
    FakeNode.last?.post(new Float32Array(length), startFrame);

  it('that is a Bluetooth headset going from 44.1 to 16 kHz: the next samples say their own rate', async () => {
    const { source, microphone } = await open();
    const heard: SampleChunk[] = [];
    source.on('samples', (chunk) => heard.push(chunk));
    await passed(50);
    hear(0, 2205);
    const again = new FakeTrack('audio');
    again.sampleRateHz = 16_000;
    devices.next.audio.push(again);
    microphone.end();
    expect(source.microphone).toBe('lost');
    await passed(100);
    expect(source.microphone).toBe('live');
    hear(0, 800);
    expect(heard.map(({ sampleRateHz }) => sampleRateHz)).toEqual([44_100, 16_000]);
    expect(heard[1]!.time).toBeGreaterThan(heard[0]!.time);
    expect(FakeAudio.opened.map(({ state }) => state)).toEqual(['closed', 'running']);
    source.close();
  });

  it('whose audio graph stalls, though the track lives, is read by a new one at the rate it has now', async () => {
    const { source, microphone } = await open();
    await passed(500);
    hear(0, 2205);
    microphone.sampleRateHz = 16_000;
    await passed(3000);
    expect(FakeAudio.opened).toHaveLength(1);
    await passed(1000);
    expect(FakeAudio.opened.map(({ state, sampleRate }) => [state, sampleRate])).toEqual([
      ['closed', 44_100],
      ['running', 16_000],
    ]);
    source.close();
  });

  it('whose audio graph stalls, and cannot be opened anew at once, is read by a new one later', async () => {
    const { source } = await open();
    FakeAudio.moduleLoads = false;
    await passed(4000);
    expect(FakeAudio.opened.map(({ state }) => state)).toEqual(['closed', 'closed']);
    FakeAudio.moduleLoads = true;
    await passed(4000);
    expect(FakeAudio.opened.map(({ state }) => state)).toEqual(['closed', 'closed', 'running']);
    source.close();
  });

  it.each([
    ['muted by the system', (track: FakeTrack) => track.mute(true)],
    ['held by the system during a call', () => (FakeAudio.opened[0]!.state = 'interrupted')],
  ])('%s is left alone', async (_what, hold) => {
    const { source, microphone } = await open();
    hold(microphone);
    await passed(10_000);
    expect(FakeAudio.opened).toHaveLength(1);
    source.close();
  });

  it('that the browser runs no sound for gives none: told after three seconds, and taken back with the first sound', async () => {
    const { source } = await open();
    // as Firefox does where the machine has no sound device
    Object.assign(FakeAudio.opened[0]!, { state: 'suspended' });
    await passed(2000);
    expect(source.microphoneSilent).toBe(false);
    await passed(2000);
    expect(source.microphoneSilent).toBe(true);
    FakeAudio.opened[0]!.state = 'running';
    hear(0, 2205);
    await passed(1000);
    expect([source.microphoneSilent, FakeAudio.opened.length]).toEqual([false, 1]);
    source.close();
  });

  it('interrupted by the system resumes by itself', async () => {
    const { source } = await open();
    const context = FakeAudio.opened[0]!;
    context.state = 'interrupted';
    context.onstatechange?.();
    await passed(0);
    expect(context.state).toBe('running');
    source.close();
    expect(context.onstatechange).toBeNull();
  });

  it.each(['click', 'touchend', 'keydown', 'visibilitychange', 'unmute'])(
    'interrupted, and not let go on by itself, as after a call on an iPhone, goes on at the next %s',
    async (event) => {
      const { source, microphone } = await open();
      const context = FakeAudio.opened[0]!;
      const happens = () =>
        (event === 'unmute' ? microphone : window).dispatchEvent(new Event(event)) && passed(0);
      const refused = () => Promise.reject(new DOMException('no', 'InvalidStateError'));
      Object.assign(context, { state: 'interrupted', resume: refused });
      context.onstatechange?.();
      await happens();
      expect(context.state).toBe('interrupted');
      Reflect.deleteProperty(context, 'resume');
      await happens();
      expect(context.state).toBe('running');
      source.close();
      await happens();
      expect(context.closed).toBe(true);
    },
  );
});

describe('One that goes between two answers', () => {
  /** The camera goes while the microphone's prompt is open. */
  async function gone(
    answer: (give: (stream: MediaStream) => void, refuse: (error: unknown) => void) => void,
  ) {
    const camera = new FakeTrack('video');
    devices.next.video.push(camera);
    let answers: Parameters<typeof answer> | undefined;
    devices.next.audio.push(new Promise((...both) => (answers = both)));
    const opening = openDevices({ camera: true, microphone: true }, new AbortController().signal);
    await passed(1000);
    camera.end();
    answer(...answers!);
    const source = await opening;
    const changes: string[] = [];
    source.on('trackchange', () => changes.push(`${source.camera} ${source.microphone}`));
    return { source, changes };
  }

  it('is looked for, and taken up again', async () => {
    const { source, changes } = await gone((give) => give(asStream(new FakeTrack('audio'))));
    expect([source.camera, source.microphone]).toEqual(['lost', 'live']);
    devices.next.video.push(new FakeTrack('video'));
    await passed(0);
    expect(changes).toEqual(['live live']);
    source.close();
  });

  it('is looked for too where the other one is refused, or given up where asking would be a prompt', async () => {
    const refused = (_give: unknown, refuse: (error: unknown) => void) =>
      refuse(new DOMException('no', 'NotAllowedError'));
    const { source } = await gone(refused);
    await passed(120_000);
    expect([source.camera, source.microphone]).toEqual(['lost', 'refused']);
    source.close();
    devices.permission = 'prompt';
    const { changes, source: other } = await gone(refused);
    await passed(0);
    expect(changes).toEqual(['ended refused']);
    other.close();
  });

  it('while its sound is opened anew is looked for once more', async () => {
    const { source, microphone, changes } = await open();
    let arrive: () => void = () => undefined;
    FakeAudio.module = new Promise((resolve) => (arrive = resolve));
    const [second, third] = [new FakeTrack('audio'), new FakeTrack('audio')];
    devices.next.audio.push(second, third);
    microphone.end();
    await passed(0);
    second.end();
    arrive();
    await passed(0);
    await passed(0);
    expect(changes).toEqual(['live lost', 'live lost', 'live live']);
    source.close();
    expect([third.readyState, vi.getTimerCount()]).toEqual(['ended', 0]);
  });
});

describe('A switch', () => {
  const without = { camera: true, microphone: false };
  const blind = { camera: false, microphone: true };
  const both = { camera: true, microphone: true };

  it('lets the microphone go and takes one up again, and the camera goes on unasked', async () => {
    const { source, camera, microphone, changes } = await open();
    const heard: SampleChunk[] = [];
    source.on('samples', (chunk) => heard.push(chunk));
    expect(source.wish?.(without)).toBe(true);
    expect([microphone.readyState, FakeAudio.opened[0]?.closed]).toEqual(['ended', true]);
    const another = new FakeTrack('audio');
    devices.next.audio.push(another);
    expect(source.wish?.(both)).toBe(true);
    await passed(0);
    expect(changes).toEqual(['live off', 'live live']);
    FakeNode.last?.post(new Float32Array(800), 0);
    expect(heard).toHaveLength(1);
    expect([devices.asked, camera.readyState]).toEqual([3, 'live']);
    source.close();
    expect([another.readyState, vi.getTimerCount()]).toEqual(['ended', 0]);
  });

  it('lets the camera go and takes one up again: its frames go on to who waits for one', async () => {
    const { source, camera, microphone, changes } = await open();
    const waiting = source.nextFrame(new AbortController().signal);
    source.wish?.(blind);
    expect([camera.readyState, source.stream]).toEqual(['ended', null]);
    devices.next.video.push(new FakeTrack('video'));
    source.wish?.(both);
    await passed(0);
    expect(source.stream).not.toBeNull();
    const frame = picture();
    FakeProcessor.last?.show(frame);
    expect((await waiting)?.frame).toBe(frame);
    expect([changes, microphone.readyState]).toEqual([['off live', 'live live'], 'live']);
    source.close();
  });

  it('takes up what was not asked for at the start; refused, the other goes on, and the next press asks again', async () => {
    devices.next.video.push(new FakeTrack('video'));
    const source = await openDevices(without, new AbortController().signal);
    devices.next.audio.push('NotAllowedError', new FakeTrack('audio'));
    source.wish?.(both);
    await passed(0);
    expect([source.camera, source.microphone]).toEqual(['live', 'refused']);
    source.wish?.(without);
    expect(source.microphone).toBe('off');
    source.wish?.(both);
    await passed(0);
    expect([source.camera, source.microphone]).toEqual(['live', 'live']);
    source.close();
  });

  it('wished once more asks again for what was refused, once at a time, and says that it asks', async () => {
    const { source, microphone, changes } = await open();
    source.wish?.(without);
    devices.next.audio.push('NotAllowedError', new FakeTrack('audio'));
    source.wish?.(both);
    source.wish?.(both);
    expect([source.asking, devices.asked]).toEqual([true, 3]);
    await passed(0);
    expect([source.microphone, source.asking]).toEqual(['refused', false]);
    source.wish?.(both);
    await passed(0);
    expect([devices.asked, changes.at(-1), microphone.readyState]).toEqual([4, 'live live', 'ended']);
    source.wish?.(both);
    expect(devices.asked).toBe(4);
    source.close();
  });

  it.each(['switched off again', 'stopped'])('that is %s while it asks lets go what comes', async (what) => {
    const { source, camera } = await open();
    source.wish?.(without);
    const late = new FakeTrack('audio');
    let give: (stream: MediaStream) => void = () => undefined;
    Object.assign(devices, { getUserMedia: () => new Promise((resolve) => (give = resolve)) });
    source.wish?.(both);
    if (what === 'stopped') source.close();
    else source.wish?.(without);
    give(asStream(late));
    await passed(0);
    expect([late.readyState, source.microphone]).toEqual(['ended', 'off']);
    expect(camera.readyState).toBe(what === 'stopped' ? 'ended' : 'live');
    source.close();
  });

  it('for one that was taken away ends the search for it', async () => {
    const { source, camera } = await open();
    camera.end();
    await passed(5000);
    source.wish?.(blind);
    const asked = devices.asked;
    await passed(60_000);
    expect([source.camera, devices.asked]).toEqual(['off', asked]);
    source.close();
  });

  it('is a new start where nothing would go on', async () => {
    const { source, microphone } = await open();
    source.wish?.(without);
    expect(source.wish?.(blind)).toBe(false);
    expect([source.camera, microphone.readyState, devices.asked]).toEqual(['live', 'ended', 2]);
    source.close();
    expect(source.wish?.(both)).toBe(false);
  });
});
