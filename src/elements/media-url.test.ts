import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchMedia, nameOf } from './media-url';

const URL_OF_CLIP = 'https://page.example/clips/a%20clip.webm?x=1';

function answer(make: (signal: AbortSignal) => Promise<Response>): void {
  vi.stubGlobal('fetch', (_url: string, { signal }: { signal: AbortSignal }) => make(signal));
}

describe('fetchMedia', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it('brings the file', async () => {
    answer(async () => new Response('sound'));
    const { blob } = await fetchMedia(URL_OF_CLIP, new AbortController().signal);
    expect(await blob.text()).toBe('sound');
  });

  it.each([
    ['is not there', () => Promise.resolve(new Response('', { status: 404 }))],
    ['does not answer', () => Promise.reject(new TypeError('no'))],
  ])('an address that %s is a missing file', async (_name, make) => {
    answer(make);
    await expect(fetchMedia(URL_OF_CLIP, new AbortController().signal)).rejects.toMatchObject({
      code: 'file-missing',
    });
  });

  it('stopped on the way is aborted, not missing', async () => {
    const stop = new AbortController();
    answer(async (signal) => {
      stop.abort();
      throw signal.reason;
    });
    await expect(fetchMedia(URL_OF_CLIP, stop.signal)).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('nameOf', () => {
  it('is the last part, readable', () => {
    expect(nameOf(URL_OF_CLIP)).toBe('a clip.webm');
    expect(nameOf('')).toBe('');
  });
});
