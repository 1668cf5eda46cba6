import fc from 'fast-check';
import * as ort from 'onnxruntime-web';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect } from 'vitest';
import type { ErrorCode } from '../errors';
import { anyJson, anyNumber, anyText, mutate, mutations } from '../testing/arbitraries';
import { expectFinite, property, valueOr } from '../testing/fuzz';
import type { Graph } from './graph';
import { load, type FaceLooker, type LoadParts } from './load';
import { LoadProgress } from './load-progress';
import { OrtRuntime, type OrtParts } from './ort-graph';
import type { EngineOptions } from './protocol';
import { memoryCaches } from './testing/memory-caches';
import {
  ASSET_BASE,
  BASE,
  MANIFEST_URL,
  making,
  setManifest,
  toyBundle,
  toyMaker,
} from './testing/toy-bundle';

const whole = await toyBundle();
const OPTIONS: EngineOptions = {
  ...{ manifestUrl: MANIFEST_URL, assetBase: ASSET_BASE },
  ...{ device: 'wasm', allowSoftwareAdapter: false },
};
const FACE: FaceLooker = {
  encode: () => Promise.reject(new Error('unused')),
  fork: () => FACE,
  follow: () => undefined,
  reset: () => undefined,
  close: () => undefined,
};

/** Of a bundle that is not whole. */
const BUNDLE_FAULTS: readonly ErrorCode[] = [
  ...([
    'manifest-invalid',
    'manifest-unreachable',
    'file-missing',
    'model-integrity',
    'graph-invalid',
  ] as const),
  ...(['golden-mismatch', 'backend-unavailable', 'prompt-invalid', 'label-invalid'] as const),
];

/** Loads from a server that has `files` in place of the toy's; nothing stays open of what failed. */
async function expectLoadedOrRefused(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Promise<void> {
  const maker = toyMaker();
  const parts: LoadParts = {
    fetch: (input) => {
      const body = files.get(String(input));
      return Promise.resolve(body ? new Response(body) : new Response('not here', { status: 404 }));
    },
    caches: memoryCaches(),
    engineFiles: whole.engineFiles,
    host: { gpu: null, isolated: false, cores: 2 },
    createMaker: making(maker),
    createFace: () => Promise.resolve(FACE),
  };
  const loaded = await valueOr(BUNDLE_FAULTS, () => load(OPTIONS, () => undefined, parts));
  await loaded?.close();
  expect([...maker.open]).toEqual([]);
}

describe('load', () => {
  const urls = [...whole.files.keys()];
  const damage = fc.record({
    url: fc.constantFrom(...urls),
    how: fc.constantFrom('flip', 'cut', 'grow', 'gone', 'other'),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });
  property('a bundle with damaged files', 150, [damage], async ({ url, how, at }) => {
    const files = new Map(whole.files);
    const bytes = Uint8Array.from(files.get(url) ?? []);
    const place = Math.floor(at * bytes.length);
    if (how === 'gone') files.delete(url);
    if (how === 'cut') files.set(url, bytes.slice(0, place));
    if (how === 'grow') files.set(url, Uint8Array.from([...bytes, 0]));
    if (how === 'other') files.set(url, Uint8Array.from(files.get(urls[place % urls.length] ?? '') ?? []));
    if (how === 'flip') {
      bytes[place] = (bytes[place] ?? 0) ^ (1 << (place % 8));
      files.set(url, bytes);
    }
    await expectLoadedOrRefused(files);
  });

  property(
    'a bundle whose manifest was changed',
    250,
    [mutations(), fc.constantFrom(undefined, 'number', 'string')],
    async (changes, only) => {
      const toy = { ...whole, files: new Map(whole.files) };
      setManifest(toy, mutate(whole.manifest, changes, only) ?? null);
      await expectLoadedOrRefused(toy.files);
    },
  );

  const nameless = fc.oneof(anyText, fc.constantFrom('\ud800', 'toy/..', '\0', '%'));
  property('a bundle of any name', 80, [nameless], async (name) => {
    const toy = { ...whole, files: new Map(whole.files) };
    setManifest(toy, { ...whole.manifest, name });
    await expectLoadedOrRefused(toy.files);
  });

  property('a tokenizer that belongs to no model', 120, [anyJson], async (json) => {
    const data = new TextEncoder().encode(JSON.stringify(json));
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
    const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    const toy = { ...whole, files: new Map(whole.files) };
    toy.files.set(`${BASE}tokenizer.json`, data);
    const { text } = whole.manifest;
    const tokenizer = { ...text.tokenizer, bytes: data.length, sha256 };
    setManifest(toy, { ...whole.manifest, text: { ...text, tokenizer } });
    await expectLoadedOrRefused(toy.files);
  });
});

describe('LoadProgress', () => {
  const act = fc.oneof(
    fc.record({ expect: fc.integer({ min: 0, max: 1e6 }) }),
    fc.record({ fetched: fc.integer({ min: 0, max: 1e6 }) }),
    fc.constant('give up' as const),
  );
  property('bytes that come in any order', 1000, [fc.array(act, { maxLength: 30 })], (acts) => {
    let before = { loadedBytes: 0, fraction: 0 };
    const progress = new LoadProgress(({ loadedBytes, totalBytes, fraction }) => {
      expectFinite([loadedBytes, totalBytes, fraction]);
      expect(loadedBytes).toBeGreaterThanOrEqual(before.loadedBytes);
      expect(fraction).toBeGreaterThanOrEqual(before.fraction);
      before = { loadedBytes, fraction };
    });
    let arrival = progress.expect(0);
    for (const each of acts) {
      if (each === 'give up') arrival.giveUp();
      else if ('expect' in each) arrival = progress.expect(each.expect);
      else arrival.fetched(each.fetched, 'x');
      progress.step('compile', 'x');
    }
  });
});

describe('a graph in ONNX Runtime', () => {
  const real = new Uint8Array(
    readFileSync(new URL('../../public/models/small/denseface.onnx', import.meta.url)),
  );
  const runtime = new OrtRuntime(ort as unknown as OrtParts);
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.integer({ min: 0, max: 4000 }).map((length) => real.slice(0, length)),
    fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 255 })).map(([at, by]) => {
      const head = real.slice(0, 5000);
      head[at] = (head[at] ?? 0) ^ by;
      return head;
    }),
  );
  property('a graph of any bytes', 100, [bytes], async (content) => {
    const odd = await valueOr(['graph-invalid'], () => runtime.create('odd', content, 'wasm'));
    await odd?.close();
  });

  let graph: Graph | null = null;
  afterAll(() => graph?.close());
  const faces = (data: Float32Array) => ({ faces: { type: 'float32', dims: [1, 1, 64, 64], data } }) as const;
  property(
    'a graph that is asked with any numbers',
    8,
    [fc.array(anyNumber, { minLength: 1, maxLength: 6 }), fc.constantFrom(4096, 0, 1, 4095)],
    async (numbers, length) => {
      graph ??= await runtime.create('denseface', real, 'wasm');
      const asked = graph;
      const data = Float32Array.from({ length }, (_, at) => numbers[at % numbers.length] ?? 0);
      await valueOr(['graph-invalid'], () => asked.run(faces(data)));
      const { logits } = await asked.run(faces(new Float32Array(4096)));
      expectFinite(logits?.data as Float32Array);
    },
  );
});
