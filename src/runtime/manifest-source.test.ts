import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Bundle } from './bundle';
import { memoryCaches } from './testing/memory-caches';
import { MANIFEST_URL, setManifest, toyBundle, type ToyBundle } from './testing/toy-bundle';

const ORIGIN = new URL(MANIFEST_URL).origin;
let toy: ToyBundle;
let caches = memoryCaches();

beforeEach(async () => {
  toy = await toyBundle();
  caches = memoryCaches();
});

const open = (integrity: string | null, origin: string | null, fetch = toy.fetch) =>
  Bundle.open({ url: MANIFEST_URL, integrity }, { fetch, caches, origin });
const hashOf = (data: Uint8Array) => `sha256-${createHash('sha256').update(data).digest('base64')}`;
const manifestHash = () => hashOf(toy.files.get(MANIFEST_URL)!);

describe("another origin's bundle", () => {
  it('is not even asked for without a hash', async () => {
    await expect(open(null, 'https://elsewhere.test')).rejects.toMatchObject({ code: 'integrity-missing' });
    expect(toy.asked).toEqual([]);
  });

  it('is taken with its hash', async () => {
    expect((await open(manifestHash(), 'https://elsewhere.test')).manifest.name).toBe('toy');
  });

  it('is refused when its manifest is another', async () => {
    const before = manifestHash();
    setManifest(toy, { ...toy.manifest, version: '2' });
    await expect(open(before, 'https://elsewhere.test')).rejects.toMatchObject({ code: 'model-integrity' });
  });
});

describe("this origin's bundle", () => {
  it('needs none, and is held to one that is given', async () => {
    expect((await open(null, ORIGIN)).manifest.name).toBe('toy');
    await expect(open(hashOf(Uint8Array.of(1)), ORIGIN)).rejects.toMatchObject({ code: 'model-integrity' });
  });

  it('is not loaded with a hash that is none', async () => {
    await expect(open('sha1-abc', ORIGIN)).rejects.toMatchObject({ code: 'input-invalid' });
  });
});

describe('without a network', () => {
  const gone = () => Promise.reject(new TypeError('Failed to fetch'));
  const all = () => [toy.manifest.golden, toy.manifest.text.tokenizer];

  it('is what was loaded last', async () => {
    await (await open(null, ORIGIN)).load(all(), () => undefined);
    const offline = await open(manifestHash(), ORIGIN, gone);
    expect(offline.manifest).toEqual(toy.manifest);
    expect(await offline.load(all(), () => undefined)).toHaveLength(2);
  });

  it('is the very bytes that were loaded, byte order mark and all', async () => {
    toy.files.set(MANIFEST_URL, Uint8Array.of(0xef, 0xbb, 0xbf, ...toy.files.get(MANIFEST_URL)!));
    await (await open(manifestHash(), ORIGIN)).load(all(), () => undefined);
    expect((await open(manifestHash(), ORIGIN, gone)).manifest).toEqual(toy.manifest);
  });

  it('is not one whose files never came', async () => {
    await (await open(null, ORIGIN)).load(all(), () => undefined);
    setManifest(toy, {
      ...toy.manifest,
      version: '2',
      golden: { ...toy.manifest.golden, sha256: 'b'.repeat(64) },
    });
    const newer = await open(null, ORIGIN);
    await expect(newer.load([newer.manifest.golden], () => undefined)).rejects.toMatchObject({
      code: 'model-integrity',
    });
    expect((await open(null, ORIGIN, gone)).manifest.version).toBe('1');
  });

  it('is unreachable where another than the kept one is named: nothing says that it was exchanged', async () => {
    await (await open(manifestHash(), ORIGIN)).load(all(), () => undefined);
    setManifest(toy, { ...toy.manifest, version: '2' });
    await expect(open(manifestHash(), ORIGIN, gone)).rejects.toMatchObject({ code: 'manifest-unreachable' });
  });

  it('is unreachable where nothing was kept', async () => {
    await expect(open(null, ORIGIN, gone)).rejects.toMatchObject({ code: 'manifest-unreachable' });
  });
});

describe('on a network that stands still', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const kept = async () => (await open(null, ORIGIN)).load([toy.manifest.golden], () => undefined);
  /** Answers when it is told to, with what the server has by then. */
  function slow() {
    let answer: () => void = () => undefined;
    const told = new Promise<void>((resolve) => (answer = resolve));
    const fetch: typeof globalThis.fetch = async (...request) => {
      await told;
      return toy.fetch(...request);
    };
    return { fetch, answer };
  }
  async function settled(opening: Promise<unknown>): Promise<boolean> {
    let done = false;
    void opening.finally(() => (done = true)).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(3000);
    return done;
  }

  it('is what was kept, after a short time', async () => {
    await kept();
    const opening = open(null, ORIGIN, slow().fetch);
    expect(await settled(opening)).toBe(true);
    expect((await opening).manifest).toEqual(toy.manifest);
  });

  it('is waited for where nothing was kept', async () => {
    const { fetch, answer } = slow();
    const opening = open(null, ORIGIN, fetch);
    expect(await settled(opening)).toBe(false);
    answer();
    expect((await opening).manifest).toEqual(toy.manifest);
  });

  it('is waited for where another than the kept one is named', async () => {
    await kept();
    setManifest(toy, { ...toy.manifest, version: '2' });
    const { fetch, answer } = slow();
    const hash = manifestHash();
    const opening = open(hash, ORIGIN, fetch);
    await settled(opening);
    answer();
    expect((await opening).manifest.version).toBe('2');
  });

  it('is waited for by the next start once a newer one came too late', async () => {
    await kept();
    setManifest(toy, { ...toy.manifest, version: '2' });
    const first = slow();
    const opening = open(null, ORIGIN, first.fetch);
    expect(await settled(opening)).toBe(true);
    expect((await opening).manifest.version).toBe('1');
    first.answer();
    await vi.advanceTimersByTimeAsync(0);
    const second = slow();
    const next = open(null, ORIGIN, second.fetch);
    expect(await settled(next)).toBe(false);
    second.answer();
    const newer = await next;
    expect(newer.manifest.version).toBe('2');
    await newer.load([newer.manifest.golden], () => undefined);
    expect(await settled(open(null, ORIGIN, slow().fetch))).toBe(true);
  });
});
