/** Which camera or microphone: the one that was chosen or none, also while the other one runs. */

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

const picture = () => ({ close: vi.fn() }) as unknown as VideoFrame;
const passed = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('One that was chosen', () => {
  const front = { camera: { deviceId: 'front' }, microphone: true };
  const back = { camera: { deviceId: 'back' }, microphone: true };

  async function opened() {
    const [camera, microphone] = [new FakeTrack('video'), new FakeTrack('audio')];
    devices.next.video.push(camera);
    devices.next.audio.push(microphone);
    const source = await openDevices(front, new AbortController().signal);
    const changes: string[] = [];
    source.on('trackchange', () => changes.push(`${source.camera} ${source.microphone}`));
    devices.ids.length = 0;
    return { source, camera, microphone, changes };
  }

  it('and was unplugged is waited for, and no other one is taken', async () => {
    const { source, camera, changes } = await opened();
    devices.next.video.push('OverconstrainedError', new FakeTrack('video'));
    camera.end();
    await passed(0);
    expect(source.camera).toBe('lost');
    devices.dispatchEvent(new Event('devicechange'));
    await passed(0);
    expect(devices.ids).toEqual([{ exact: 'front' }, { exact: 'front' }]);
    expect(changes).toEqual(['lost live', 'live live']);
    source.close();
  });

  it('takes the place of the one that runs once it is there; the other device goes on', async () => {
    const { source, camera, microphone, changes } = await opened();
    const waiting = source.nextFrame(new AbortController().signal);
    const another = new FakeTrack('video');
    devices.next.video.push(another);
    expect(source.wish?.(back)).toBe(true);
    // a prompt may stand open: the one before is seen meanwhile
    expect([source.camera, source.asking, camera.readyState]).toEqual(['live', true, 'live']);
    await passed(0);
    expect([camera.readyState, another.readyState, microphone.readyState]).toEqual(['ended', 'live', 'live']);
    const frame = picture();
    FakeProcessor.last?.show(frame);
    expect((await waiting)?.frame).toBe(frame);
    expect([devices.ids, changes]).toEqual([[{ exact: 'back' }], ['live live']]);
    source.wish?.({ camera: { deviceId: 'back' }, microphone: true });
    expect(devices.ids).toHaveLength(1);
    source.close();
    expect([another.readyState, vi.getTimerCount()]).toEqual(['ended', 0]);
  });

  it('stays the one of its run, until another or the browser’s own is said', async () => {
    const { source } = await opened();
    devices.next.audio.push(new FakeTrack('audio'));
    source.wish?.({ camera: true, microphone: { deviceId: 'headset' } });
    await passed(0);
    source.wish?.({ camera: false, microphone: true });
    devices.next.video.push(new FakeTrack('video'), new FakeTrack('video'));
    source.wish?.({ camera: true, microphone: true });
    await passed(0);
    source.wish?.({ camera: {}, microphone: true });
    await passed(0);
    expect(devices.ids).toEqual([{ exact: 'headset' }, { exact: 'front' }, undefined]);
    source.close();
  });

  it('a microphone likewise: what is heard goes on in the new one', async () => {
    const { source, camera, microphone } = await opened();
    const heard: SampleChunk[] = [];
    source.on('samples', (chunk) => heard.push(chunk));
    devices.next.audio.push(new FakeTrack('audio'));
    source.wish?.({ ...front, microphone: { deviceId: 'headset' } });
    await passed(0);
    expect([microphone.readyState, camera.readyState]).toEqual(['ended', 'live']);
    expect(FakeAudio.opened.map(({ state }) => state)).toEqual(['closed', 'running']);
    FakeNode.last?.post(new Float32Array(800), 0);
    expect(heard).toHaveLength(1);
    source.close();
  });

  it('and cannot be had is told, and the one before does not go on in its place', async () => {
    const { source, camera, changes } = await opened();
    devices.next.video.push('OverconstrainedError');
    source.wish?.(back);
    await passed(0);
    expect([source.camera, source.stream, camera.readyState]).toEqual(['missing', null, 'ended']);
    expect(changes).toEqual(['missing live']);
    source.close();
  });

  it('and cannot be had beside the one that runs, as on a phone, is asked for once more alone', async () => {
    const { source, camera } = await opened();
    devices.next.video.push('NotReadableError', new FakeTrack('video'));
    source.wish?.(back);
    await passed(0);
    expect([source.camera, camera.readyState, devices.ids.length]).toEqual(['live', 'ended', 2]);
    // held by another program it is busy, and asked for no third time
    devices.next.video.push('NotReadableError', 'NotReadableError');
    source.wish?.(front);
    await passed(0);
    expect([source.camera, devices.ids.length]).toEqual(['busy', 4]);
    source.close();
  });

  it('on a phone, with nothing else on: who takes the loss of both devices for the end hears that it is asked for', async () => {
    devices.next.video.push(new FakeTrack('video'), 'NotReadableError', new FakeTrack('video'));
    const source = await openDevices({ camera: true, microphone: false }, new AbortController().signal);
    const changes: unknown[] = [];
    source.on('trackchange', () => changes.push([source.camera, source.asking]));
    source.wish?.({ camera: { deviceId: 'back' }, microphone: false });
    await passed(0);
    expect(changes).toEqual([
      ['busy', true],
      ['live', false],
    ]);
    source.close();
  });

  it.each(['as it was wished for', 'as it was taken away'])(
    'and cannot be read, %s, while another is opened in its place: that one stays',
    async (when) => {
      const { source, microphone, changes } = await opened();
      const worklets: { arrive: () => void; fail: () => void }[] = [];
      const opens = () =>
        (FakeAudio.module = new Promise((arrive, fail) => worklets.push({ arrive, fail: () => fail() })));
      void opens();
      const [first, second] = [new FakeTrack('audio'), new FakeTrack('audio')];
      devices.next.audio.push(first, second);
      if (when === 'as it was taken away') microphone.end();
      else source.wish?.({ ...front, microphone: { deviceId: 'headset' } });
      await passed(0);
      void opens();
      source.wish?.({ ...front, microphone: { deviceId: 'desk' } });
      await passed(0);
      worklets[0]!.fail();
      await passed(0);
      worklets[1]!.arrive();
      await passed(10_000);
      expect([first.readyState, second.readyState, changes.at(-1)]).toEqual(['ended', 'live', 'live live']);
      expect(devices.ids.at(-1)).toEqual({ exact: 'desk' });
      source.close();
    },
  );

  it('and then another, before it was there: the last one counts', async () => {
    const { source } = await opened();
    const [first, second] = [new FakeTrack('video'), new FakeTrack('video')];
    let give: (stream: MediaStream) => void = () => undefined;
    devices.next.video.push(new Promise((resolve) => (give = resolve)), second);
    source.wish?.(back);
    source.wish?.({ camera: { deviceId: 'third' }, microphone: true });
    give(asStream(first));
    await passed(0);
    expect([first.readyState, second.readyState, source.camera]).toEqual(['ended', 'live', 'live']);
    expect(devices.ids).toEqual([{ exact: 'back' }, { exact: 'third' }]);
    source.close();
  });

  it('twice while its prompt is open, even with another between, is asked for once', async () => {
    const { source, camera } = await opened();
    let give: (stream: MediaStream) => void = () => undefined;
    devices.next.video.push(new Promise((resolve) => (give = resolve)));
    for (const deviceId of ['back', 'front', 'back'])
      source.wish?.({ camera: { deviceId }, microphone: true });
    const another = new FakeTrack('video');
    give(asStream(another));
    await passed(0);
    expect([source.camera, camera.readyState, another.readyState]).toEqual(['live', 'ended', 'live']);
    expect(devices.ids).toEqual([{ exact: 'back' }]);
    source.close();
  });

  it('while the one before is searched for ends the search', async () => {
    const { source, camera } = await opened();
    devices.next.video.push('OverconstrainedError', new FakeTrack('video'));
    camera.end();
    await passed(0);
    source.wish?.(back);
    await passed(60_000);
    expect(devices.ids).toEqual([{ exact: 'front' }, { exact: 'back' }]);
    expect(source.camera).toBe('live');
    source.close();
  });
});
