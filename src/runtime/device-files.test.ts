import { beforeEach, describe, expect, it } from 'vitest';
import type { Host } from './backends';
import { DeviceFiles } from './device-files';
import { ENGINE_FILES } from './engine-files';
import { keptFiles } from './kept-files';
import { load } from './load';
import type { EngineOptions } from './protocol';
import { memoryCaches } from './testing/memory-caches';
import {
  ASSET_BASE,
  BASE,
  making,
  MANIFEST_URL,
  setManifest,
  toyBundle,
  toyMaker,
  withHeads,
  type ToyBundle,
} from './testing/toy-bundle';

const OPTIONS: EngineOptions = {
  manifestUrl: MANIFEST_URL,
  assetBase: ASSET_BASE,
  device: 'auto',
  allowSoftwareAdapter: false,
};
const NO_GPU: Host = { gpu: null, isolated: false, cores: 1 };
const ADAPTER = {
  info: { vendor: 'acme', architecture: '', device: '', description: '' },
  features: new Set() as GPUSupportedFeatures,
} as GPUAdapter;
const GPU = { ...NO_GPU, gpu: { requestAdapter: () => Promise.resolve(ADAPTER) } };
const FACE = {
  encode: () => Promise.reject(new Error('unused')),
  fork: () => FACE,
  follow: () => undefined,
  reset: () => undefined,
  close: () => undefined,
};

let toy: ToyBundle;
let caches = memoryCaches();

beforeEach(async () => {
  toy = await toyBundle();
  caches = memoryCaches();
  // the toy's build: every file is the same byte
  const gate = toy.files.get(`${ASSET_BASE}silero_vad.onnx`)!;
  for (const name of ENGINE_FILES) toy.files.set(ASSET_BASE + name, gate);
});

/** The build puts WebAssembly under its own names; wherever it is asked for, it is the toy's byte. */
const fetch: typeof globalThis.fetch = (input) => {
  const url = String(input);
  return url.includes('ort-wasm') ? Promise.resolve(new Response(Uint8Array.of(4))) : toy.fetch(input);
};
const parts = (host = NO_GPU) => ({ fetch, caches, host, engineFiles: toy.engineFiles, origin: null });
const paths = () => toy.asked.filter((url) => url.startsWith(BASE)).map((url) => url.slice(BASE.length));

describe('the files of this device', () => {
  it.each([
    ['wasm', NO_GPU, 'denseface-light.onnx', 'denseface.onnx'],
    ['webgpu', GPU, 'denseface.onnx', 'denseface-light.onnx'],
  ] as const)('are those of %s alone', async (backend, host, own, other) => {
    const files = await DeviceFiles.of(OPTIONS, parts(host));
    expect(files.backend).toBe(backend);
    const told: number[] = [];
    expect(await files.missingBytes()).toBe(files.bytes);
    await files.keep((bytes) => told.push(bytes));
    expect(await files.missingBytes()).toBe(0);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(files.bytes);
    expect(paths()).toContain(own);
    expect(paths()).not.toContain(other);
    expect((await keptFiles(caches)).bytes).toBeGreaterThanOrEqual(files.bytes - 2);
  });

  it('once kept, are all that a load asks for, with no network at all', async () => {
    await (await DeviceFiles.of(OPTIONS, parts())).keep(() => undefined);
    const offline = { ...parts(), fetch: () => Promise.reject(new TypeError('Failed to fetch')) };
    expect(await (await DeviceFiles.of(OPTIONS, offline)).missingBytes()).toBe(0);
    const loaded = await load(OPTIONS, () => undefined, {
      ...offline,
      createMaker: making(toyMaker()),
      createFace: () => Promise.resolve(FACE),
    });
    expect(loaded.backend.name).toBe('wasm');
    await loaded.close();
  });

  it('hold what the playground asks for later', async () => {
    await withHeads(toy);
    await (await DeviceFiles.of(OPTIONS, parts())).keep(() => undefined);
    expect(paths()).toContain('memobert-heads.onnx');
  });

  it('leave out a graph of the playground that this backend cannot run', async () => {
    const { graphs, ...manifest } = await withHeads(toy);
    const { fp32 } = graphs['memobert-heads']!;
    const foreign = { fp32: { ...fp32, backends: ['webgpu'] } };
    setManifest(toy, { ...manifest, graphs: { ...graphs, 'memobert-heads': foreign } });
    await (await DeviceFiles.of(OPTIONS, parts())).keep(() => undefined);
    expect(paths()).not.toContain('memobert-heads.onnx');
  });

  it('that cannot be fetched are named, and what came stays', async () => {
    toy.files.delete(`${BASE}memobert.onnx`);
    const files = await DeviceFiles.of(OPTIONS, parts());
    await expect(files.keep(() => undefined)).rejects.toMatchObject({ code: 'file-missing' });
    expect(await files.missingBytes()).toBeLessThan(files.bytes);
  });

  it('fail when all that was begun has ended: whoever tries again fetches nothing twice', async () => {
    toy.files.delete(`${BASE}memobert.onnx`);
    let arrive = () => undefined as void;
    const slow = new Promise<void>((resolve) => (arrive = resolve));
    const asked: string[] = [];
    const slowly: typeof globalThis.fetch = async (input) => {
      asked.push(String(input));
      if (String(input).endsWith('silero_vad.onnx')) await slow;
      return fetch(input);
    };
    const files = await DeviceFiles.of(OPTIONS, { ...parts(), fetch: slowly });
    let failed = false;
    const kept = files.keep(() => undefined).catch(() => (failed = true));
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
    expect(failed).toBe(false);
    arrive();
    await kept;
    expect(failed).toBe(true);
    await expect(files.keep(() => undefined)).rejects.toMatchObject({ code: 'file-missing' });
    expect(asked.filter((url) => url.endsWith('silero_vad.onnx'))).toHaveLength(1);
  });
});
