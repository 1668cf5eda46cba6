import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchMedia, nameOf } from './media-url';

const URL_OF_CLIP = 'https://page.example/clips/a%20clip.webm?x=1';

function answer(make: (signal: AbortSignal) => Promise<Response>): void {
  vi.stubGlobal('fetch', (_url: string, { signal }: { signal: AbortSignal }) => make(signal));
}

const nobody = () => undefined;

describe('fetchMedia', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it('brings the file', async () => {
    answer(async () => new Response('sound'));
    const { blob } = await fetchMedia(URL_OF_CLIP, new AbortController().signal, nobody);
    expect(await blob.text()).toBe('sound');
  });

  it('tells its bytes as they come, each step that shows once', async () => {
    const body = new ReadableStream({
      start(pieces) {
        for (const length of [400, 600, 1, 999]) pieces.enqueue(new Uint8Array(length));
        pieces.close();
      },
    });
    const headers = { 'Content-Length': '2000', 'Content-Type': 'video/webm' };
    answer(async () => new Response(body, { headers }));
    const told = vi.fn();
    const { blob } = await fetchMedia(URL_OF_CLIP, new AbortController().signal, told);
    expect([blob.size, blob.type]).toEqual([2000, 'video/webm']);
    expect(told.mock.calls.map(([{ item, ...bytes }]) => [item, ...Object.values(bytes)])).toEqual([
      ['a clip.webm', 'fetch', 0, 0, 0],
      ['a clip.webm', 'fetch', 400, 2000, 0.2],
      ['a clip.webm', 'fetch', 1000, 2000, 0.5],
      ['a clip.webm', 'fetch', 2000, 2000, 1],
    ]);
  });

  it.each([
    ['is not there', () => Promise.resolve(new Response('', { status: 404 }))],
    ['does not answer', () => Promise.reject(new TypeError('no'))],
  ])('an address that %s is a missing file', async (_name, make) => {
    answer(make);
    await expect(fetchMedia(URL_OF_CLIP, new AbortController().signal, nobody)).rejects.toMatchObject({
      code: 'file-missing',
    });
  });

  it('stopped on the way is aborted, not missing', async () => {
    const stop = new AbortController();
    answer(async (signal) => {
      stop.abort();
      throw signal.reason;
    });
    await expect(fetchMedia(URL_OF_CLIP, stop.signal, nobody)).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('nameOf', () => {
  it('is the last part, readable', () => {
    expect(nameOf(URL_OF_CLIP)).toBe('a clip.webm');
    expect(nameOf('')).toBe('');
  });
});
