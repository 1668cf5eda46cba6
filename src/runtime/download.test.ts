import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CheckedFiles, completeParts } from './checked-files';
import { pauseForNetwork, STALLED_SECONDS } from './download';
import { FileCache } from './file-cache';
import { memoryCaches } from './testing/memory-caches';

const URL_ = 'https://page.test/models/toy/big.onnx';
const SIZE = 400_000;
const PIECE = 50_000;
const content = Uint8Array.from({ length: SIZE }, (_, index) => (index * 7 + (index >> 8)) & 255);
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
const WORDING = { file: 'The file', cure: 'put it there' };
const FILE = { path: 'big.onnx', bytes: SIZE, sha256: sha256(content) };

interface Asked {
  readonly range: string | null;
  readonly ifRange: string | null;
  readonly cache: RequestCache | undefined;
}

/** A server of one file, whose answers break off after so many bytes, in order; then they are whole. */
class Server {
  data: Uint8Array<ArrayBuffer> = content;
  etag: string | null = '"1"';
  ranges = true;
  packed = false;
  /** Answers with a part that nobody asked for. */
  confused = false;
  /** Has no part that begins there or later. */
  shorter = Infinity;
  /** What it answers first, where somebody asks for the rest. */
  readonly refusals: number[] = [];
  /** Where an answer would break off it only stands still, and nobody says so. */
  silent = false;
  readonly breaks: number[] = [];
  readonly asked: Asked[] = [];

  readonly fetch: typeof fetch = (_url, init) => {
    const headers = new Headers(init?.headers);
    const range = headers.get('range');
    const ifRange = headers.get('if-range');
    this.asked.push({ range, ifRange, cache: init?.cache });
    const wanted = /^bytes=(\d+)-$/.exec(range ?? '')?.[1];
    const unchanged = ifRange === null || ifRange === this.etag;
    const start = wanted !== undefined && this.ranges && unchanged ? Number(wanted) : 0;
    const partial = start > 0;
    const refusal = start >= this.shorter ? 416 : partial && this.refusals.shift();
    if (refusal) return Promise.resolve(new Response('', { status: refusal }));
    const said = this.confused ? start - 1 : start;
    return Promise.resolve(
      new Response(this.#body(start, this.breaks.shift() ?? Infinity, init?.signal), {
        status: partial ? 206 : 200,
        headers: {
          ...(this.etag === null ? {} : { etag: this.etag }),
          ...(this.packed ? { 'content-encoding': 'gzip' } : {}),
          ...(partial ? { 'content-range': `bytes ${said}-${SIZE - 1}/${SIZE}` } : {}),
        },
      }),
    );
  };

  #body(
    start: number,
    most: number,
    signal: AbortSignal | null | undefined,
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    let at = start;
    const { data, silent } = this;
    return new ReadableStream({
      pull(controller) {
        if (at - start >= most) {
          if (!silent) return controller.error(new TypeError('network error'));
          return new Promise((_resolve, reject) => {
            signal?.addEventListener('abort', () => reject(signal.reason as Error));
          });
        }
        if (at >= data.length) return controller.close();
        const end = Math.min(at + PIECE, start + most, data.length);
        controller.enqueue(data.slice(at, end));
        at = end;
      },
    });
  }
}

let server: Server;
let caches = memoryCaches();
let pauses: number[];

beforeEach(() => {
  server = new Server();
  caches = memoryCaches();
  pauses = [];
});

/** @param patience pauses that end; a later one is a page that is closed */
function load(patience = Infinity, told: number[] = [], origin = 'https://page.test') {
  const pause = (fruitless: number) => {
    pauses.push(fruitless);
    return pauses.length <= patience ? Promise.resolve() : Promise.reject(new Error('closed'));
  };
  const parts = completeParts({ fetch: server.fetch, caches, pause, origin });
  return new CheckedFiles(URL_, 'toy', parts, WORDING).load([FILE], (bytes) => told.push(bytes));
}

/** Of the one file; to compare 400,000 numbers one by one takes seconds. */
const hashOf = async (loading: ReturnType<typeof load>) => sha256((await loading)[0]!);
const lastAsked = () => server.asked.at(-1);
const cache = () => new FileCache(caches, URL_, 'toy');

describe('a download', () => {
  it('that breaks off goes on where it stopped, on the same file only', async () => {
    server.breaks.push(150_000, 100_000);
    const told: number[] = [];
    expect(await hashOf(load(Infinity, told))).toBe(FILE.sha256);
    expect(server.asked.map(({ range }) => range)).toEqual([null, 'bytes=150000-', 'bytes=250000-']);
    expect(lastAsked()?.ifRange).toBe('"1"');
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  });

  it('that stands still, and is not told to have broken off, goes on by another connection', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    Object.assign(server, { silent: true });
    server.breaks.push(150_000, 100_000);
    let done = false;
    const loading = hashOf(load()).finally(() => (done = true));
    while (!done) await vi.advanceTimersByTimeAsync(1000);
    expect(await loading).toBe(FILE.sha256);
    expect(server.asked.map(({ range }) => range)).toEqual([null, 'bytes=150000-', 'bytes=250000-']);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('that waits for its turn among many is not given up while others come', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    let turn: () => void = () => undefined;
    const { fetch } = server;
    const queued: typeof fetch = (url, init) =>
      new Promise((resolve, reject) => {
        turn = () => resolve(fetch(url, init));
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
      });
    const parts = completeParts({ caches, fetch: queued, pause: () => Promise.resolve(), origin: null });
    const waiting = new CheckedFiles(URL_, 'toy', parts, WORDING).load([FILE], () => 0);
    let failed = false;
    waiting.catch(() => (failed = true));
    for (let piece = 0; piece < 3; piece += 1) {
      await vi.advanceTimersByTimeAsync((STALLED_SECONDS - 1) * 1000);
      expect(failed).toBe(false);
      caches = memoryCaches();
      await load();
    }
    turn();
    expect(await hashOf(waiting)).toBe(FILE.sha256);
    vi.useRealTimers();
  });

  it('that comes whole drops what another tab kept of it meanwhile', async () => {
    let goOn: () => void = () => undefined;
    const late = new Promise<void>((resolve) => (goOn = resolve));
    const fetch: typeof globalThis.fetch = (...asked) => late.then(() => server.fetch(...asked));
    const parts = completeParts({ caches, fetch, pause: () => Promise.resolve(), origin: null });
    const whole = new CheckedFiles(URL_, 'toy', parts, WORDING).load([FILE], () => 0);
    server.breaks.push(150_000);
    await expect(load(0)).rejects.toMatchObject({ code: 'file-missing' });
    expect((await cache().partial(FILE))?.data.length).toBe(150_000);
    goOn();
    expect(await hashOf(whole)).toBe(FILE.sha256);
    expect(await cache().partial(FILE)).toBeNull();
  });

  it('that breaks off after another tab has the whole takes that, and leaves no part', async () => {
    const tab = (from: Server, pause: () => Promise<void>) =>
      new CheckedFiles(
        URL_,
        'toy',
        completeParts({ caches, fetch: from.fetch, pause, origin: null }),
        WORDING,
      ).load([FILE], () => 0);
    server.breaks.push(150_000);
    const closed = async () => {
      await tab(new Server(), () => Promise.resolve());
      throw new Error('closed');
    };
    expect(await hashOf(tab(server, closed))).toBe(FILE.sha256);
    expect(server.asked).toHaveLength(1);
    expect(await cache().partial(FILE)).toBeNull();
  });

  it('starts again where the file was exchanged meanwhile', async () => {
    server.breaks.push(150_000);
    const { fetch } = server;
    const exchanged: typeof globalThis.fetch = (...request) => {
      const answer = fetch(...request);
      server.etag = '"2"';
      return answer;
    };
    Object.assign(server, { fetch: exchanged });
    expect(await hashOf(load())).toBe(FILE.sha256);
    expect(server.asked).toHaveLength(2);
  });

  it.each<[how: string, harm: () => void, requests: number]>([
    ['knows no ranges', () => (server.ranges = false), 2],
    ['packs its answers', () => (server.packed = true), 2],
    ['answers with another part', () => (server.confused = true), 3],
    ['says that there is no more', () => (server.shorter = 150_000), 3],
    ['is asked too often, and then restarts', () => server.refusals.push(429, 503), 4],
  ])('comes whole from a server that %s', async (_how, harm, requests) => {
    harm();
    server.breaks.push(150_000);
    expect(await hashOf(load())).toBe(FILE.sha256);
    expect(server.asked).toHaveLength(requests);
  });

  it('is given up where the server forbids the rest', async () => {
    server.refusals.push(403);
    server.breaks.push(150_000);
    await expect(load()).rejects.toMatchObject({ code: 'file-missing' });
    expect(server.asked).toHaveLength(2);
  });

  it('asks by date where the tag is weak, and by nothing where there is none', async () => {
    server.etag = 'W/"1"';
    server.breaks.push(150_000);
    await load();
    expect(lastAsked()).toMatchObject({ range: 'bytes=150000-', ifRange: null });
  });

  it("asks another origin's server for the rest without a condition", async () => {
    server.breaks.push(150_000);
    await load(Infinity, [], 'https://elsewhere.test');
    expect(lastAsked()).toMatchObject({ range: 'bytes=150000-', ifRange: null });
  });

  it('is given up after four attempts without a byte', async () => {
    server.breaks.push(150_000, 0, 0, 0, 0, 0);
    await expect(load()).rejects.toMatchObject({ code: 'file-missing' });
    expect(pauses).toEqual([0, 1, 2, 3]);
  });

  it('that brings nothing at all is not repeated', async () => {
    server.breaks.push(0);
    await expect(load()).rejects.toMatchObject({ code: 'file-missing' });
    expect(server.asked).toHaveLength(1);
  });

  it('is not kept by the browser as well', async () => {
    await load();
    expect(lastAsked()?.cache).toBe('no-store');
  });
});

describe('what arrived before a page was closed', () => {
  it('is not fetched again', async () => {
    server.breaks.push(150_000);
    await expect(load(0)).rejects.toMatchObject({ code: 'file-missing' });
    expect(await hashOf(load())).toBe(FILE.sha256);
    expect(lastAsked()).toMatchObject({ range: 'bytes=150000-', ifRange: '"1"' });
    expect(await cache().partial(FILE)).toBeNull();
  });

  it('is fetched again when it does not fit the rest', async () => {
    await cache().putPartial(FILE, { data: new Uint8Array(150_000), validator: '"1"' });
    expect(await hashOf(load())).toBe(FILE.sha256);
    expect(server.asked.map(({ range }) => range)).toEqual(['bytes=150000-', null]);
  });

  it('is an error when the whole is wrong too', async () => {
    server.data = content.map((byte) => byte ^ 1);
    await cache().putPartial(FILE, { data: content.slice(0, 150_000), validator: '"1"' });
    await expect(load()).rejects.toMatchObject({ code: 'model-integrity' });
  });
});

describe('a damaged copy on this device', () => {
  it('heals, and is marked as healed', async () => {
    await cache().put(FILE, new Uint8Array(SIZE));
    expect(await hashOf(load())).toBe(FILE.sha256);
    const healed = [...caches.entries.values()].filter(({ headers }) => headers.has('x-memo-healed'));
    expect(healed).toHaveLength(1);
  });

  it('says so where it cannot heal', async () => {
    await cache().put(FILE, new Uint8Array(SIZE));
    server.breaks.push(0);
    await expect(load()).rejects.toMatchObject({
      code: 'model-integrity',
      message: expect.stringMatching(/damaged on this device/) as string,
      cure: expect.stringMatching(/network/) as string,
    });
  });
});

describe('the pause', () => {
  it('ends when the network is back, long before its time', async () => {
    const page = new EventTarget();
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
    const paused = pauseForNetwork(20, new AbortController().signal);
    page.dispatchEvent(new Event('online'));
    await paused;
    vi.unstubAllGlobals();
  });

  it('ends when nobody waits any more', async () => {
    const page = new EventTarget();
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
    const abort = new AbortController();
    const paused = pauseForNetwork(20, abort.signal);
    abort.abort();
    await expect(paused).rejects.toMatchObject({ name: 'AbortError' });
    await expect(pauseForNetwork(20, abort.signal)).rejects.toMatchObject({ name: 'AbortError' });
    vi.unstubAllGlobals();
  });
});
