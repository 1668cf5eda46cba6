import { beforeEach, describe, expect, it } from 'vitest';
import { Bundle } from './bundle';
import { sha256 } from './integrity';
import { memoryCaches } from './testing/memory-caches';
import { BASE, MANIFEST_URL, setManifest, toyBundle, type ToyBundle } from './testing/toy-bundle';

let toy: ToyBundle;
let caches = memoryCaches();

beforeEach(async () => {
  toy = await toyBundle();
  caches = memoryCaches();
});

const open = (parts = {}) => Bundle.open({ url: MANIFEST_URL }, { fetch: toy.fetch, caches, ...parts });
const golden = () => toy.manifest.golden;
const goldenUrl = () => BASE + golden().path;
const load = async (parts = {}) => (await open(parts)).load([golden()], () => undefined);

describe('the manifest', () => {
  it('is fetched and checked', async () => {
    expect((await open()).manifest).toEqual(toy.manifest);
  });

  it('is unreachable when the network is', async () => {
    const fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    await expect(open({ fetch })).rejects.toMatchObject({ code: 'manifest-unreachable' });
  });

  it('is unreachable when it is missing', async () => {
    toy.files.delete(MANIFEST_URL);
    await expect(open()).rejects.toMatchObject({ code: 'manifest-unreachable' });
  });

  it('is unreachable where a page is served for everything', async () => {
    const fetch = () =>
      Promise.resolve(
        new Response('<html></html>', { headers: { 'content-type': 'text/html; charset=utf-8' } }),
      );
    await expect(open({ fetch })).rejects.toMatchObject({ code: 'manifest-unreachable' });
  });

  it.each([
    ['of no bytes', ''],
    ['no JSON', '{'],
  ])('is invalid when it is %s', async (_what, text) => {
    toy.files.set(MANIFEST_URL, new TextEncoder().encode(text));
    await expect(open()).rejects.toMatchObject({ code: 'manifest-invalid' });
  });

  it('is invalid when a field is', async () => {
    setManifest(toy, { ...toy.manifest, prompt: 'no mask' });
    await expect(open()).rejects.toMatchObject({ code: 'manifest-invalid' });
  });
});

describe('a file', () => {
  it('comes with its bytes counted up', async () => {
    const files = [golden(), toy.manifest.text.tokenizer];
    const told: number[] = [];
    const [data] = await (await open()).load(files, (bytes) => told.push(bytes));
    expect(data).toEqual(toy.files.get(goldenUrl()));
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(files.reduce((sum, { bytes }) => sum + bytes, 0));
  });

  it('comes out of the cache the second time', async () => {
    await load();
    toy.asked.length = 0;
    expect((await load())[0]).toEqual(toy.files.get(goldenUrl()));
    expect(toy.asked).toEqual([MANIFEST_URL]);
  });

  it('is fetched again when the cached one is damaged, and then cached whole', async () => {
    await load();
    const [key = ''] = caches.entries.keys();
    caches.entries.set(key, new Response('damaged'));
    toy.asked.length = 0;
    expect((await load())[0]).toEqual(toy.files.get(goldenUrl()));
    expect(toy.asked).toEqual([MANIFEST_URL, goldenUrl()]);
    expect((await caches.entries.get(key)?.clone().arrayBuffer())?.byteLength).toBe(golden().bytes);
  });

  it('is missing when the server has none', async () => {
    toy.files.delete(goldenUrl());
    await expect(load()).rejects.toMatchObject({
      code: 'file-missing',
      message: expect.stringContaining('golden.json') as string,
    });
  });

  it.each<[how: string, harm: (data: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>]>([
    ['other bytes', (data) => data.map((byte, index) => (index === 9 ? byte ^ 1 : byte))],
    ['too few', (data) => data.slice(0, -1)],
    ['too many', (data) => Uint8Array.from([...data, 0])],
    ['none', () => new Uint8Array()],
  ])('is refused with %s, and not kept', async (_how, harm) => {
    const whole = toy.files.get(goldenUrl()) ?? new Uint8Array();
    toy.files.set(goldenUrl(), harm(whole));
    await expect(load()).rejects.toMatchObject({ code: 'model-integrity' });
    expect(caches.entries.size).toBe(0);
    toy.files.set(goldenUrl(), whole);
    expect((await load())[0]).toEqual(whole);
  });

  it('ends the fetches beside it when it fails', async () => {
    const signals: AbortSignal[] = [];
    let asked = (): void => undefined;
    const both = new Promise<void>((resolve) => (asked = resolve));
    const fetch: typeof globalThis.fetch = async (url, init) => {
      if (url === MANIFEST_URL) return toy.fetch(url);
      if (init?.signal) signals.push(init.signal);
      if (signals.length === 2) asked();
      await both;
      return toy.fetch(url);
    };
    toy.files.delete(goldenUrl());
    const bundle = await open({ fetch });
    const loading = bundle.load([golden(), toy.manifest.text.tokenizer], () => undefined);
    await expect(loading).rejects.toMatchObject({ code: 'file-missing' });
    expect(signals).toHaveLength(2);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });
});

const keptHashes = () =>
  [...caches.entries.keys()].flatMap((key) => /sha256\/(.+)$/.exec(key)?.[1] ?? []).toSorted();

describe('the cache', () => {
  it('drops what a new version of the bundle replaced, and nothing of another bundle', async () => {
    const other = { ...toy.manifest, name: 'other' };
    setManifest(toy, other);
    const bundle = await open();
    await bundle.load([other.text.tokenizer], () => undefined);
    setManifest(toy, toy.manifest);
    await load();
    expect(keptHashes()).toHaveLength(2);
    const { tokenizer, tokenizerConfig } = toy.manifest.text;
    setManifest(toy, { ...toy.manifest, version: '2', golden: tokenizerConfig });
    await (await open()).load([tokenizerConfig], () => undefined);
    expect(keptHashes()).toEqual([tokenizer.sha256, tokenizerConfig.sha256].toSorted());
  });

  it('leaves a bundle of the same name at another address alone: another page of this origin has it', async () => {
    const elsewhere = BASE.replace('/models/', '/elsewhere/models/');
    const fetch: typeof globalThis.fetch = (input) => toy.fetch(String(input).replace(elsewhere, BASE));
    const other = () =>
      Bundle.open({ url: MANIFEST_URL.replace(BASE, elsewhere) }, { fetch, caches }).then((bundle) =>
        bundle.load([golden()], () => undefined),
      );
    await other();
    const { tokenizerConfig } = toy.manifest.text;
    const changed = { ...toy.manifest, version: '2', golden: tokenizerConfig };
    setManifest(toy, changed);
    await (await open()).load([tokenizerConfig], () => undefined);
    setManifest(toy, toy.manifest);
    toy.asked.length = 0;
    await other();
    expect(toy.asked).toEqual([MANIFEST_URL]);
    expect(keptHashes()).toEqual([golden().sha256, tokenizerConfig.sha256].toSorted());
  });

  it('keeps a version that has room only in place of the one before it', async () => {
    await load();
    const bytes = new TextEncoder().encode(JSON.stringify({ v: 2 }));
    const next = { ...golden(), bytes: bytes.length, sha256: await sha256(bytes) };
    toy.files.set(goldenUrl(), bytes);
    setManifest(toy, { ...toy.manifest, version: '2', golden: next });
    const crowded = memoryCaches();
    const cache = await caches.open('any');
    // one file of a golden's kind at a time
    const taken = () => keptHashes().some((hash) => hash !== next.sha256);
    crowded.open = () =>
      Promise.resolve({
        ...cache,
        put: (key: RequestInfo | URL, response: Response) => {
          const isGolden = String(key).includes(next.sha256);
          if (isGolden && taken()) return Promise.reject(new DOMException('full', 'QuotaExceededError'));
          return cache.put(key, response);
        },
      });
    crowded.has = () => Promise.resolve(true);
    const loaded = async (parts: object) => (await open(parts)).load([next], () => undefined);
    expect(await loaded({ caches: crowded })).toEqual([bytes]);
    expect(keptHashes()).toEqual([next.sha256]);
    const gone = () => Promise.reject(new TypeError('Failed to fetch'));
    expect((await open({ fetch: gone })).manifest.version).toBe('2');
    expect(await loaded({ fetch: gone })).toEqual([bytes]);
  });

  it('keeps what another backend of this version fetched', async () => {
    await load();
    await (await open()).load([toy.manifest.text.tokenizer], () => undefined);
    expect(keptHashes()).toEqual([golden().sha256, toy.manifest.text.tokenizer.sha256].toSorted());
  });

  it.each([
    ['missing', null],
    ['full', memoryCaches(true)],
  ])('only saves time: when it is %s, files still come', async (_how, storage) => {
    expect((await load({ caches: storage }))[0]).toEqual(toy.files.get(goldenUrl()));
  });
});
