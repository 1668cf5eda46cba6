/**
 * Pages that keep a bundle's files, and read them, over one storage: it is full, refuses, is slow or is emptied, the server gets
 * another version, downloads break off, a page is closed in the middle. Whoever asked gets all of the right bytes or a MemoError.
 */

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { EngineOptions } from './protocol';
import type { ErrorCode } from '../errors';
import { outcome, property } from '../testing/fuzz';
import { Bundle } from './bundle';
import { DeviceFiles } from './device-files';
import { ENGINE_FILES } from './engine-files';
import { keptFiles } from './kept-files';
import type { Manifest } from './manifest';
import { filesOf } from './manifest-files';
import { once } from './once';
import { streamedSha256 } from './streamed-hash';
import { memoryCaches } from './testing/memory-caches';
import { ASSET_BASE, BASE, MANIFEST_URL, toyBundle } from './testing/toy-bundle';

const PAGES = 3;
/** Three of them are worth keeping of a file that breaks off. */
const PIECE = 25_000;
const OPTIONS: EngineOptions = {
  ...{ manifestUrl: MANIFEST_URL, assetBase: ASSET_BASE },
  ...{ device: 'wasm', allowSoftwareAdapter: false },
};

const hash = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
const of = (seed: number, length: number) =>
  Uint8Array.from({ length }, (_, at) => (at * 7 + (at >> 8) + seed) & 255);

beforeEach(() => {
  // a thread's answer comes when it likes, and a run is to be the same everywhere
  vi.spyOn(crypto.subtle, 'digest').mockImplementation((_name, data) =>
    Promise.resolve(Uint8Array.from(Buffer.from(hash(data as Uint8Array), 'hex')).buffer),
  );
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] });
});
afterEach(() => vi.useRealTimers());

/** URL -> content of two versions of a bundle: one graph is the same in both, and long enough to go on with. */
async function versions() {
  const toy = await toyBundle();
  for (const name of ENGINE_FILES) toy.files.set(ASSET_BASE + name, Uint8Array.of(4));
  const { denseface, 'denseface-light': light, wav2vec2, memobert } = toy.manifest.graphs;
  const made = [0, 1].map((version) => {
    const files = new Map(toy.files);
    const graph = (path: string, data: Uint8Array<ArrayBuffer>) => {
      files.set(BASE + path, data);
      return { path, bytes: data.length, sha256: hash(data) };
    };
    const long = graph(wav2vec2!.fp32!.path, of(0, 4 * PIECE));
    const own = graph(memobert!.fp32!.path, of(version, 10_000 - version));
    const graphs = {
      ...{ denseface, 'denseface-light': light },
      wav2vec2: { fp32: { ...wav2vec2!.fp32!, ...long } },
      memobert: { fp32: { ...memobert!.fp32!, ...own } },
    };
    const manifest: Manifest = { ...toy.manifest, version: String(version), graphs };
    files.set(MANIFEST_URL, new TextEncoder().encode(JSON.stringify(manifest)));
    return files;
  });
  return { made, engineFiles: toy.engineFiles };
}

const { made: VERSIONS, engineFiles } = await versions();
/** All that was ever right, by its hash. */
const KNOWN = new Map(VERSIONS.flatMap((files) => [...files.values()].map((data) => [hash(data), data])));

interface Answer {
  readonly url: string;
  readonly page: Page;
  readonly pieces: Uint8Array[];
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
}

class World {
  readonly caches = memoryCaches();
  readonly answers: Answer[] = [];
  version = 0;
  online = true;
  ranges = true;
  refuses = false;
  /** What somebody may be refused with, by what happened so far: a storage alone is never a reason. */
  readonly codes = new Set<ErrorCode>();
  slow = false;
  /** Keys that a test has damaged. */
  readonly damaged = new Set<string>();
  /** Steps of a slow storage. */
  readonly held: (() => void)[] = [];

  /** Some of what is on its way, of a long file rather where `which` is high; false when there is nothing. */
  step(which: number, breaks = false): boolean {
    const long = which > 2 ? this.answers.find(({ pieces }) => pieces.length > 1) : undefined;
    const answer = long ?? this.answers[which % Math.max(1, this.answers.length)];
    if (answer === undefined) return false;
    const piece = answer.pieces.shift();
    if (breaks) this.end(answer, new TypeError('network error'));
    else if (piece !== undefined) answer.controller.enqueue(piece);
    else {
      this.answers.splice(this.answers.indexOf(answer), 1);
      answer.controller.close();
    }
    return true;
  }

  end(answer: Answer, why: unknown): void {
    const at = this.answers.indexOf(answer);
    if (at < 0) return;
    this.answers.splice(at, 1);
    answer.controller.error(why);
  }

  release(): boolean {
    const held = this.held.splice(0);
    for (const go of held) go();
    return held.length > 0;
  }
}

/** A page, with a storage and a network that end with it. */
class Page {
  closed = false;
  /** Asked and not answered. */
  under = 0;
  /** Of those, who reads; who keeps shares. */
  #reads = 0;
  /** The last answer was a MemoError. */
  refused = false;
  #failure: unknown = null;
  readonly keep: () => Promise<void>;

  constructor(private readonly world: World) {
    this.keep = once(async () => (await this.#files()).keep(() => undefined));
  }

  /** Keeps the files of this device; several that ask at once share it. */
  ask(): void {
    this.#asks(() => this.keep());
  }

  /** Reads all files of whichever version there is. */
  read(): void {
    this.#reads += 1;
    const read = async () => {
      const bundle = await Bundle.open({ url: MANIFEST_URL }, this.#parts);
      const files = filesOf(bundle.manifest);
      const contents = await bundle.load(files, () => undefined);
      expect(contents.map(hash)).toEqual(files.map(({ sha256 }) => sha256));
    };
    this.#asks(() => read().finally(() => (this.#reads -= 1)));
  }

  look(): void {
    this.#asks(async () => {
      const files = await this.#files();
      const missing = await files.missingBytes();
      expect(missing).toBeGreaterThanOrEqual(0);
      expect(missing).toBeLessThanOrEqual(files.bytes);
    });
  }

  async missing(): Promise<number> {
    return (await this.#files()).missingBytes();
  }

  close(): void {
    this.closed = true;
    this.under = 0;
    const { answers } = this.world;
    for (const answer of answers.filter(({ page }) => page === this))
      answers.splice(answers.indexOf(answer), 1);
  }

  #files(): Promise<DeviceFiles> {
    const host = { gpu: null, isolated: false, cores: 1 };
    return DeviceFiles.of(OPTIONS, { ...this.#parts, host, engineFiles });
  }

  /** @throws what a property of it was not */
  check(): void {
    if (this.#failure !== null) throw this.#failure as Error;
  }

  #asks(step: () => Promise<void>): void {
    this.under += 1;
    outcome(step).then(
      (result) => {
        this.under -= 1;
        this.refused = 'refusal' in result;
        if ('refusal' in result && !this.world.codes.has(result.refusal.code)) this.#failure = result.refusal;
      },
      (error: unknown) => (this.#failure = error),
    );
  }

  get #parts() {
    const pause = () => (this.world.online ? Promise.resolve() : Promise.reject(new Error('offline')));
    return { fetch: this.#fetch, caches: this.#caches(), pause, origin: 'https://page.test' };
  }

  /** Of a page that is gone nothing goes on. */
  async #while<T>(step: () => Promise<T> | T): Promise<T> {
    if (this.world.slow) await new Promise<void>((go) => this.world.held.push(go));
    if (this.closed) return new Promise(() => undefined);
    if (this.world.refuses) throw new DOMException('no', 'SecurityError');
    return step();
  }

  #caches(): CacheStorage {
    const { caches } = this.world;
    const held = (cache: Cache) => ({
      match: (key: RequestInfo | URL) => this.#while(() => cache.match(key)),
      put: (key: RequestInfo | URL, entry: Response) => this.#while(() => cache.put(key, entry)),
      delete: (key: RequestInfo | URL) => this.#while(() => cache.delete(key)),
      keys: () => this.#while(() => cache.keys()),
    });
    return {
      has: (name: string) => this.#while(() => caches.has(name)),
      open: (name: string) => this.#while(async () => held(await caches.open(name))),
    } as unknown as CacheStorage;
  }

  readonly #fetch: typeof fetch = async (input, init) => {
    const url = String(input);
    const { world } = this;
    if (this.closed) return new Promise(() => undefined);
    if (!world.online) throw new TypeError('Failed to fetch');
    const data = VERSIONS[world.version]!.get(url) ?? Uint8Array.of(4);
    const tag = `"${hash(data).slice(0, 8)}"`;
    const headers = new Headers(init?.headers);
    const wanted = Number(/^bytes=(\d+)-$/.exec(headers.get('range') ?? '')?.[1] ?? 0);
    const start = world.ranges && (headers.get('if-range') ?? tag) === tag ? wanted : 0;
    if (start > 0 && start >= data.length) return new Response('', { status: 416 });
    if (url === MANIFEST_URL) return new Response(data);
    const same = world.answers.filter((answer) => answer.page === this && answer.url === url);
    if (same.length > this.#reads) this.#failure = new Error(`${url} is fetched twice at once`);
    const pieces: Uint8Array[] = [];
    for (let at = start; at < data.length; at += PIECE) pieces.push(data.slice(at, at + PIECE));
    let answer: Answer | null = null;
    const body = new ReadableStream<Uint8Array>({
      cancel: () => void (answer !== null && world.answers.splice(world.answers.indexOf(answer), 1)),
      start: (controller) => {
        const own = (answer = { url, page: this as Page, pieces, controller });
        world.answers.push(own);
        init?.signal?.addEventListener('abort', () => world.end(own, init.signal?.reason));
      },
    });
    const range = { 'content-range': `bytes ${start}-${data.length - 1}/${data.length}` };
    const more = start > 0 ? range : undefined;
    return new Response(body, { status: start > 0 ? 206 : 200, headers: { etag: tag, ...more } });
  };
}

async function settle(world: World, pages: readonly Page[]): Promise<void> {
  world.slow = false;
  for (let quiet = 0; quiet < 50 && pages.some(({ under }) => under > 0); quiet += 1) {
    if (world.release() || world.step(0)) quiet = 0;
    await new Promise(setImmediate);
    for (const page of pages) page.check();
  }
  expect(
    pages.map(({ under }) => under),
    'nobody waits without end',
  ).toEqual(pages.map(() => 0));
}

/** Nothing half is kept, nor under another's name. */
async function expectWhole({ caches, damaged }: World): Promise<void> {
  for (const [key, entry] of caches.entries) {
    if (damaged.has(key)) continue;
    const data = new Uint8Array(await entry.clone().arrayBuffer());
    const name = key.split('/').at(-1)!;
    if (key.includes('/sha256/')) expect(hash(data), key).toBe(name);
    const said = entry.headers.get('x-memo-bytes');
    if (said !== null) expect(data.length).toBe(Number(said));
    if (key.includes('/partial/')) expect(data.length, key).toBeLessThan(KNOWN.get(name)!.length);
    if (key.includes('/text/')) expect(KNOWN.has(hash(data)), 'a manifest that was served').toBe(true);
  }
}

// its script comes late, and takes long the first time
await streamedSha256();

const at = fc.nat(5);
const ACTIONS = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('keep', 'keep', 'read', 'look'), which: at }) },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constantFrom('piece', 'pieces', 'settle', 'turn'), which: at }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('break', 'break', 'close', 'version', 'online', 'ranges'),
      which: at,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('remove', 'damage', 'full', 'refuse', 'slow', 'release'),
      which: at,
    }),
  },
);

function act(world: World, pages: Page[], kind: string, which: number): void {
  const page = pages[which % PAGES]!;
  const key = [...world.caches.entries.keys()].at(which - 3);
  if (kind === 'online' || kind === 'break') world.codes.add('file-missing').add('manifest-unreachable');
  if (kind === 'version' || kind === 'damage') world.codes.add('model-integrity');
  if (kind === 'ranges') world.ranges = which > 2;
  if (kind === 'keep') page.ask();
  if (kind === 'read') page.read();
  if (kind === 'look') page.look();
  if (kind === 'piece') world.step(which);
  if (kind === 'pieces') for (let each = 0; each < 6; each += 1) world.step(which);
  if (kind === 'break') world.step(which, true);
  if (kind === 'version') world.version = which % 2;
  if (kind === 'online') world.online = which > 1;
  if (kind === 'full') world.caches.full = which > 2;
  if (kind === 'refuse') world.refuses = which > 3;
  if (kind === 'slow') world.slow = which > 2;
  if (kind === 'release') world.release();
  if (kind === 'close') {
    page.close();
    pages[which % PAGES] = new Page(world);
  }
  if (kind === 'remove') {
    if (which > 3) world.caches.entries.clear();
    else if (key !== undefined) world.caches.entries.delete(key);
  }
  if (kind === 'damage' && key !== undefined && !key.includes('/text/')) {
    world.damaged.add(key);
    const headers = { 'x-memo-bundle': 'toy', 'x-memo-bytes': '3' };
    world.caches.entries.set(key, new Response('odd', { headers }));
  }
}

property(
  'files that several pages keep and read, whatever their storage and network do',
  36,
  [fc.boolean(), fc.array(ACTIONS, { minLength: 4, maxLength: 40, size: 'max' })],
  async (ranges, actions) => {
    const world = new World();
    world.ranges = ranges;
    const pages = Array.from({ length: PAGES }, () => new Page(world));
    for (const { kind, which } of actions) {
      act(world, pages, kind, which);
      if (kind === 'settle') await settle(world, pages);
      else await new Promise(setImmediate);
      for (const page of pages) page.check();
      if (kind !== 'piece' && kind !== 'turn') await expectWhole(world);
      await outcome(() => keptFiles(world.caches));
    }
    await settle(world, pages);
    // all is well again, for whoever comes anew
    Object.assign(world, { online: true, refuses: false, slow: false });
    world.caches.full = false;
    for (const page of pages) page.ask();
    await settle(world, pages);
    expect(pages.map(({ refused }) => refused)).toEqual(pages.map(() => false));
    const last = new Page(world);
    last.read();
    await settle(world, [last]);
    last.ask();
    await settle(world, [last]);
    expect(last.refused).toBe(false);
    expect(await last.missing()).toBe(0);
    world.damaged.clear();
    await expectWhole(world);
    expect([...world.caches.entries.keys()].filter((key) => key.includes('/partial/'))).toEqual([]);
    const bytes = [...world.caches.entries.values()].map(
      async (entry) => (await entry.clone().arrayBuffer()).byteLength,
    );
    const sum = (await Promise.all(bytes)).reduce((total, each) => total + each, 0);
    expect((await keptFiles(world.caches)).bytes).toBe(sum);
    // and with no network at all
    world.online = false;
    const offline = new Page(world);
    offline.read();
    await settle(world, [offline]);
    expect(offline.refused, 'all is here').toBe(false);
    expect(await offline.missing()).toBe(0);
  },
);
