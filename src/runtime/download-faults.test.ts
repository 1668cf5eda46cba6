/** What may go wrong between server, cache and load, injected: what is told, and that the next load mends it. */

import { describe, expect, it } from 'vitest';
import { Engine } from './engine';
import type { FaceLooker, LoadParts } from './load';
import type { EngineOptions } from './protocol';
import { memoryCaches, type MemoryCaches } from './testing/memory-caches';
import {
  ASSET_BASE,
  BASE,
  making,
  MANIFEST_URL,
  setManifest,
  toyBundle,
  toyMaker,
  type ToyBundle,
} from './testing/toy-bundle';

const OPTIONS: EngineOptions = {
  ...{ manifestUrl: MANIFEST_URL, assetBase: ASSET_BASE, device: 'auto', allowSoftwareAdapter: false },
};
const nobody = {
  close: () => undefined,
  fork: () => nobody,
  reset: () => undefined,
} as unknown as FaceLooker;

/** A page's worker over a toy bundle; `caches` as the test has them. */
function worker(toy: ToyBundle, caches: CacheStorage | null) {
  const maker = toyMaker();
  const parts: LoadParts = {
    ...{
      fetch: toy.fetch,
      caches,
      engineFiles: toy.engineFiles,
      createMaker: making(maker),
      createFace: () => Promise.resolve(nobody),
    },
    host: { gpu: null, isolated: false, cores: 2 },
  };
  const engine = new Engine(() => undefined, parts);
  return { engine, maker, load: () => engine.session(0).load(OPTIONS) };
}

/** Reads as ever, and has no room for anything new. */
function full(caches: MemoryCaches): CacheStorage {
  const open = async () =>
    Object.assign({}, await caches.open('x'), {
      put: () => Promise.reject(new DOMException('no room', 'QuotaExceededError')),
    });
  return { ...caches, open } as unknown as CacheStorage;
}

describe('The quota exceeded', () => {
  it('in the middle of the first download: it loads all the same, and again from the network next time', async () => {
    const toy = await toyBundle();
    const caches = memoryCaches();
    for (let round = 0; round < 2; round += 1) {
      toy.asked.length = 0;
      expect((await worker(toy, full(caches)).load()).manifest.name).toBe('toy');
      expect(toy.asked).toContain(`${BASE}memobert.onnx`);
    }
    expect(caches.entries.size).toBe(0);
  });
});

describe('Two tabs', () => {
  it('that download at once both load, and leave one whole copy for a third', async () => {
    const toy = await toyBundle();
    const caches = memoryCaches();
    const both = await Promise.all([worker(toy, caches).load(), worker(toy, caches).load()]);
    expect(both.map(({ manifest }) => manifest.name)).toEqual(['toy', 'toy']);
    toy.asked.length = 0;
    await worker(toy, caches).load();
    expect(toy.asked.filter((address) => address.startsWith(BASE))).toEqual([MANIFEST_URL]);
  });
});

describe('A bundle swapped for a malformed one', () => {
  it('while it runs changes nothing; the next load refuses it, and takes the whole one again', async () => {
    const toy = await toyBundle();
    const caches = memoryCaches();
    const running = worker(toy, caches);
    await running.load();
    const whole = new Map(toy.files);
    toy.files.set(`${BASE}memobert.onnx`, Uint8Array.of(1, 2, 3));
    setManifest(toy, { ...toy.manifest, graphs: {} });
    running.engine.session(0);
    await running.engine.session(0).text({ texts: [{ text: 'hello', start: 0, end: Infinity }] });
    expect(await running.engine.session(0).estimate({ time: 1 })).not.toBeNull();
    await expect(worker(toy, caches).load()).rejects.toMatchObject({ code: 'manifest-invalid' });
    setManifest(toy, { ...toy.manifest, graphs: { ...toy.manifest.graphs, memobert: harmed(toy.manifest) } });
    await expect(worker(toy, caches).load()).rejects.toMatchObject({ code: 'model-integrity' });
    for (const [url, content] of whole) toy.files.set(url, content);
    expect((await worker(toy, caches).load()).manifest.name).toBe('toy');
  });
});

/** The graph's file with a hash that nothing on the server has. */
function harmed({ graphs }: Awaited<ReturnType<typeof toyBundle>>['manifest']) {
  return { fp32: { ...graphs.memobert.fp32, sha256: 'f'.repeat(64) } };
}
