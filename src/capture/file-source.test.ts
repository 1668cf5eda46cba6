import { afterEach, expect, test, vi } from 'vitest';
import { openFile } from './file-source';

afterEach(() => vi.unstubAllGlobals());

const open = (parts: BlobPart[]) => openFile(new Blob(parts), 'clip.webm', new AbortController().signal);

test('where nothing can be played either, as in a worker, an empty file is told as that', async () => {
  await expect(open([])).rejects.toMatchObject({ code: 'media-empty' });
  await expect(open(['no media'])).rejects.toMatchObject({ code: 'capture-unsupported' });
});

/** As much of an element as plays a file that has a picture alone. */
class FakeVideo extends EventTarget {
  readonly videoWidth = 4;
  readonly duration = 2;
  readonly audioTracks = [];
  readonly error = { code: 3, message: 'damaged' };
  currentTime = 0;
  set src(_url: string) {
    queueMicrotask(() => this.dispatchEvent(new Event('loadedmetadata')));
  }
  requestVideoFrameCallback = () => 0;
  cancelVideoFrameCallback = () => undefined;
  removeAttribute = () => undefined;
  load = () => undefined;
}

test.each([
  ['ended', 'end', []],
  ['error', 'failure', [expect.objectContaining({ code: 'media-unreadable' })]],
] as const)(
  'a played file that %s before anybody listens tells who listens then',
  async (event, told, what) => {
    const video = new FakeVideo();
    vi.stubGlobal('document', { createElement: () => video });
    vi.stubGlobal('window', new EventTarget());
    const source = await open(['no media']);
    video.dispatchEvent(new Event(event));
    const heard = { end: vi.fn(), failure: vi.fn() };
    source.on('end', heard.end);
    source.on('failure', heard.failure);
    await vi.waitFor(() => expect(heard[told].mock.calls).toEqual([what]));
    expect(heard[told === 'end' ? 'failure' : 'end']).not.toHaveBeenCalled();
    source.close();
  },
);

test('a played file that breaks off is heard no further', async () => {
  const video = Object.assign(new FakeVideo(), {
    audioTracks: [1],
    paused: true,
    play: async () => undefined,
  });
  vi.stubGlobal('document', { createElement: () => video });
  vi.stubGlobal('window', new EventTarget());
  const sound = { length: 2000, sampleRate: 1000, numberOfChannels: 1, copyFromChannel: () => undefined };
  vi.stubGlobal(
    'OfflineAudioContext',
    class {
      decodeAudioData = () => Promise.resolve(sound);
    },
  );
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const source = await open(['no media']);
  const told: string[] = [];
  source.on('samples', () => told.push('samples'));
  source.on('failure', () => told.push('failure'));
  source.setRunning?.(true);
  video.currentTime = 1;
  vi.advanceTimersByTime(100);
  video.currentTime = 1.5;
  video.dispatchEvent(new Event('error'));
  await vi.waitFor(() => expect(told).toContain('failure'));
  vi.advanceTimersByTime(1000);
  expect(told).toEqual(['samples', 'samples', 'failure']);
  expect(vi.getTimerCount()).toBe(0);
  source.close();
});
