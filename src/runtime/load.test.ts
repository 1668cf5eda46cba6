import { describe, expect, it } from 'vitest';
import { load, type Loaded, type FaceLooker, type LoadParts } from './load';
import type { GraphFile, Manifest } from './manifest';
import type { Progress } from './progress';
import { sha256 } from './integrity';
import { memoryCaches } from './testing/memory-caches';
import {
  ASSET_BASE,
  BASE,
  MANIFEST_URL,
  making,
  olderManifest,
  setManifest,
  toyBundle,
  toyMaker,
  withGolden,
  withVoiceHalves,
  type ToyBundle,
  type ToyFaults,
} from './testing/toy-bundle';

const OPTIONS = { manifestUrl: MANIFEST_URL, assetBase: ASSET_BASE, allowSoftwareAdapter: false } as const;
const FACE: FaceLooker = {
  encode: () => Promise.reject(new Error('unused')),
  fork: () => FACE,
  follow: () => undefined,
  reset: () => undefined,
  close: () => undefined,
};

interface Setup {
  readonly toy: ToyBundle;
  readonly maker: ReturnType<typeof toyMaker>;
  readonly told: Progress[];
  readonly load: (device?: 'auto' | 'webgpu', face?: FaceLooker) => Promise<Loaded>;
  /** Paths of the graphs fetched so far, in order. */
  readonly fetched: () => string[];
}

interface Wish extends ToyFaults {
  /** The adapter comes only then. */
  readonly wakes?: (toy: ToyBundle) => Promise<void>;
  /** Features of the adapter; null for none. */
  readonly gpu: readonly string[] | null;
  readonly caches?: CacheStorage;
}

async function setUp({ gpu, caches, wakes, ...faults }: Wish): Promise<Setup> {
  const toy = await toyBundle();
  const maker = toyMaker(faults);
  const told: Progress[] = [];
  const adapter = {
    info: { vendor: 'acme', architecture: '', device: '', description: '' },
    features: new Set(gpu ?? []) as GPUSupportedFeatures,
  } as GPUAdapter;
  const parts: LoadParts = {
    fetch: toy.fetch,
    caches: caches ?? null,
    engineFiles: toy.engineFiles,
    host: {
      gpu:
        gpu === null
          ? null
          : { requestAdapter: () => (wakes?.(toy) ?? Promise.resolve()).then(() => adapter) },
      ...{ isolated: false, cores: 2 },
    },
    createMaker: making(maker),
  };
  return {
    ...{ toy, maker, told },
    load: (device = 'auto', face = FACE) => {
      const createFace = () => Promise.resolve(face);
      return load({ ...OPTIONS, device }, (progress) => told.push(progress), { ...parts, createFace });
    },
    fetched: () =>
      toy.asked
        .filter((url) => url.startsWith(BASE) && url.endsWith('.onnx'))
        .map((url) => url.slice(BASE.length)),
  };
}

/** A file on the toy's server. */
async function add({ files }: ToyBundle, path: string, rest: Partial<GraphFile> = {}): Promise<GraphFile> {
  const data = new TextEncoder().encode(path);
  files.set(BASE + path, data);
  return { path, bytes: data.byteLength, sha256: await sha256(data), weights: 'int8', ...rest };
}

describe('a bundle with its voice in two graphs', () => {
  it.each([
    ['wasm', null, 'wasm'],
    ['WebGPU', [], 'webgpu'],
  ] as const)('opens, checks and reports both on %s', async (_, gpu, provider) => {
    const { toy, maker, load, fetched } = await setUp({ gpu });
    await withVoiceHalves(toy);
    const { backend, openSession, close } = await load();
    expect(maker.made).toContain(`wav2vec2-features ${provider}`);
    expect(maker.made).toContain(`wav2vec2-context ${provider}`);
    expect(fetched()).not.toContain('wav2vec2.onnx');
    expect(backend.graphs.frames).toEqual({ name: 'wav2vec2-features', precision: 'fp32' });
    expect(backend.graphs.voice).toEqual({ name: 'wav2vec2-context', precision: 'fp32' });
    const voice = openSession().voice!;
    voice.push(new Float32Array(16_000).fill(0.1), 16_000, 0);
    expect((await voice.encode(1)).tokens).toBeGreaterThan(0);
    await close();
    expect(maker.open.size).toBe(0);
  });

  it.each(['wav2vec2-features', 'wav2vec2-context'])(
    'falls back to wasm when %s is wrong on WebGPU',
    async (name) => {
      const { toy, maker, load } = await setUp({ gpu: [], wrong: { name, everywhere: false } });
      await withVoiceHalves(toy);
      const { backend } = await load();
      expect(backend).toMatchObject({ name: 'wasm', graphs: { frames: { name: 'wav2vec2-features' } } });
      expect(maker.made.filter((made) => made === `${name} wasm`)).toHaveLength(1);
    },
  );
});

const BROKEN_GPU = { gpu: [], wrong: { name: 'memobert', everywhere: false } } as const;

describe('the face encoder', () => {
  it.each([
    ['wasm', null, 'denseface-light'],
    ['webgpu', [], 'denseface'],
  ] as const)('of %s alone is fetched, compiled, warmed, verified and told', async (backend, gpu, name) => {
    const other = name === 'denseface' ? 'denseface-light' : 'denseface';
    const { load, maker, told, fetched, toy } = await setUp({ gpu });
    const loaded = await load();
    expect(loaded.backend).toMatchObject({ name: backend, graphs: { face: { name, precision: 'fp32' } } });
    expect(fetched()).toEqual([`${name}.onnx`, 'wav2vec2.onnx', 'memobert.onnx']);
    expect(maker.made[0]).toBe(`${name} ${backend}`);
    for (const step of ['compile', 'warm-up', 'verify'] as const) {
      const items = told.filter((entry) => entry.step === step).map(({ item }) => item);
      expect(items).toContain(name);
      expect(items).not.toContain(other);
    }
    const { text, golden, graphs } = toy.manifest;
    const files = [
      text.tokenizer,
      text.tokenizerConfig,
      golden,
      graphs[name]?.fp32,
      graphs.wav2vec2.fp32,
      graphs.memobert.fp32,
      toy.engineFiles['silero_vad.onnx'],
    ];
    expect(told.at(-1)?.totalBytes).toBe(files.reduce((sum, file) => sum + (file?.bytes ?? NaN), 0));
  });

  it.each([null, []])('is the full one in an older bundle (adapter: %j)', async (gpu) => {
    const { load, toy, fetched } = await setUp({ gpu });
    const older = await withGolden(toy, olderManifest(toy), ['denseface', 'wav2vec2', 'memobert']);
    setManifest(toy, older);
    const { backend, manifest } = await load();
    expect(manifest).toEqual(older);
    expect(backend.graphs.face.name).toBe('denseface');
    expect(fetched()).toEqual(['denseface.onnx', 'wav2vec2.onnx', 'memobert.onnx']);
  });

  it('is compared with its own golden vectors', async () => {
    const wrong = { name: 'denseface-light', everywhere: true };
    const { load, maker } = await setUp({ gpu: null, wrong });
    await expect(load()).rejects.toMatchObject({
      code: 'golden-mismatch',
      message: expect.stringContaining('denseface-light') as string,
    });
    expect(maker.open.size).toBe(0);
  });

  it.each([null, []])('must have golden vectors, whether it runs or not (adapter: %j)', async (gpu) => {
    const { load, toy } = await setUp({ gpu });
    setManifest(toy, await withGolden(toy, toy.manifest, ['denseface', 'wav2vec2', 'memobert']));
    await expect(load()).rejects.toMatchObject({
      code: 'manifest-invalid',
      message: expect.stringContaining('denseface-light') as string,
    });
  });
});

describe('from WebGPU to wasm', () => {
  it('fetches the light face encoder then, and nothing twice', async () => {
    const { load, fetched, maker, told } = await setUp(BROKEN_GPU);
    const { backend } = await load();
    expect(backend).toMatchObject({ name: 'wasm', graphs: { face: { name: 'denseface-light' } } });
    expect(fetched()).toEqual(['denseface.onnx', 'wav2vec2.onnx', 'memobert.onnx', 'denseface-light.onnx']);
    expect(maker.made.slice(4)).toEqual([
      'denseface-light wasm',
      'wav2vec2 wasm',
      'speech-gate wasm',
      'memobert wasm',
    ]);
    expect(maker.open.size).toBe(4);
    const bytes = told.map(({ loadedBytes }) => loadedBytes);
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
    expect(told.at(-1)).toMatchObject({ step: 'ready', loadedBytes: told.at(-1)?.totalBytes });
  });

  it.each<[how: string, harm: (toy: ToyBundle) => void]>([
    ['missing', (toy) => toy.files.delete(`${BASE}denseface-light.onnx`)],
    ['damaged', (toy) => toy.files.set(`${BASE}denseface-light.onnx`, Uint8Array.of(1, 2))],
  ])('takes the full one, which is here, when the light one is %s, and says so', async (_how, harm) => {
    const { load, toy, maker, told } = await setUp(BROKEN_GPU);
    harm(toy);
    const { backend } = await load();
    expect(backend).toMatchObject({ name: 'wasm', graphs: { face: { name: 'denseface' } } });
    expect(backend.reason).toMatch(/memobert.*denseface-light\.onnx/);
    expect(maker.made[4]).toBe('denseface wasm');
    expect(told.at(-1)).toMatchObject({ step: 'ready', loadedBytes: told.at(-1)?.totalBytes });
  });

  it('fails when the light one is missing and the full one is not for wasm', async () => {
    const { load, toy, maker } = await setUp(BROKEN_GPU);
    const full = { ...toy.manifest.graphs.denseface.fp32!, backends: ['webgpu'] as const };
    setManifest(toy, { ...toy.manifest, graphs: { ...toy.manifest.graphs, denseface: { fp32: full } } });
    toy.files.delete(`${BASE}denseface-light.onnx`);
    await expect(load()).rejects.toMatchObject({ code: 'file-missing' });
    expect(maker.open.size).toBe(0);
  });

  it('fetches nothing more where the bundle has one face encoder', async () => {
    const { load, toy, fetched, told } = await setUp(BROKEN_GPU);
    setManifest(toy, await withGolden(toy, olderManifest(toy), ['denseface', 'wav2vec2', 'memobert']));
    expect((await load()).backend).toMatchObject({ name: 'wasm', graphs: { face: { name: 'denseface' } } });
    expect(fetched()).toHaveLength(3);
    expect(new Set(told.slice(1).map(({ totalBytes }) => totalBytes)).size).toBe(1);
  });

  it('leaves both face encoders in the cache', async () => {
    const caches = memoryCaches();
    const { load, toy } = await setUp({ ...BROKEN_GPU, caches });
    await load();
    toy.asked.length = 0;
    await load();
    expect(toy.asked.filter((url) => url.startsWith(BASE))).toEqual([MANIFEST_URL]);
  });

  it('tells what the GPU did where the bundle has nothing for wasm', async () => {
    const { load, toy } = await setUp(BROKEN_GPU);
    const fp32 = { ...toy.manifest.graphs.wav2vec2.fp32!, backends: ['webgpu'] as const };
    setManifest(toy, { ...toy.manifest, graphs: { ...toy.manifest.graphs, wav2vec2: { fp32 } } });
    await expect(load()).rejects.toMatchObject({ code: 'golden-mismatch' });
  });
});

describe('a new version that breaks off', () => {
  it('after its face has come leaves the one before whole, for a start without a network', async () => {
    const { load, toy } = await setUp({ gpu: null, caches: memoryCaches() });
    await load();
    const face = await add(toy, 'denseface-light.2.onnx', { weights: 'fp16' });
    const fusion = await add(toy, 'memobert.2.onnx', { weights: 'fp16' });
    const graphs = { ...toy.manifest.graphs, 'denseface-light': { fp32: face }, memobert: { fp32: fusion } };
    setManifest(toy, { ...toy.manifest, version: '2', graphs });
    toy.files.delete(`${BASE}memobert.2.onnx`);
    await expect(load()).rejects.toMatchObject({ code: 'file-missing' });
    toy.files.clear();
    expect((await load()).manifest.version).toBe('1');
  });
});

describe('the precision', () => {
  /** The toy with a second file of the graph that fuses. */
  async function with8(toy: ToyBundle, rest: Partial<GraphFile>): Promise<Manifest> {
    const int8 = await add(toy, 'memobert.int8.onnx', rest);
    const { fp32 } = toy.manifest.graphs.memobert;
    return {
      ...toy.manifest,
      graphs: { ...toy.manifest.graphs, memobert: { ...(fp32 ? { fp32 } : {}), int8 } },
    };
  }

  it.each([
    [null, 'int8'],
    [[], 'fp32'],
  ] as const)('is int8 on wasm where the file names it (adapter: %j)', async (gpu, precision) => {
    const { load, toy, fetched } = await setUp({ gpu });
    setManifest(toy, await with8(toy, { backends: ['wasm'] }));
    expect((await load()).backend.graphs.fusion).toEqual({ name: 'memobert', precision });
    expect(fetched().at(-1)).toBe(precision === 'int8' ? 'memobert.int8.onnx' : 'memobert.onnx');
  });

  it('comes with the drop as well, each file on its own', async () => {
    const { load, toy } = await setUp(BROKEN_GPU);
    setManifest(toy, await with8(toy, { backends: ['wasm'] }));
    toy.files.delete(`${BASE}denseface-light.onnx`);
    const { graphs } = (await load()).backend;
    expect(graphs.face).toEqual({ name: 'denseface', precision: 'fp32' });
    expect(graphs.fusion).toEqual({ name: 'memobert', precision: 'int8' });
  });

  it.each([
    [['shader-f16'], 'webgpu'],
    [[], 'wasm'],
  ] as const)('is never fp16 without shader-f16 (adapter: %j)', async (gpu, name) => {
    const { load, toy, maker } = await setUp({ gpu });
    const fp16 = await add(toy, 'memobert.fp16.onnx');
    setManifest(toy, { ...toy.manifest, graphs: { ...toy.manifest.graphs, memobert: { fp16 } } });
    const { backend } = await load();
    expect(backend).toMatchObject({ name, graphs: { fusion: { precision: 'fp16' } } });
    // nothing is tried, nor fetched, for a GPU that cannot
    expect(maker.made).toHaveLength(4);
    if (name === 'wasm') expect(backend.reason).toContain('memobert');
  });

  it.each([
    [0.3, true],
    [0.01, false],
  ])('may deviate by what its file says: %d', async (probability, taken) => {
    const wrong = { name: 'denseface-light', everywhere: true, by: 0.5 };
    const { load, toy } = await setUp({ gpu: null, wrong });
    const deviation = { probability, feature: 0.5 };
    const int8 = await add(toy, 'denseface-light.int8.onnx', { deviation });
    setManifest(toy, { ...toy.manifest, graphs: { ...toy.manifest.graphs, 'denseface-light': { int8 } } });
    if (taken) expect((await load()).backend.graphs.face.precision).toBe('int8');
    else await expect(load()).rejects.toMatchObject({ code: 'golden-mismatch' });
  });
});

describe('what is open', () => {
  /** The maker's graph of this name cannot be closed. */
  function keepOpen(maker: ReturnType<typeof toyMaker>, stuck: string): void {
    const { create } = maker;
    Object.assign(maker, {
      create: async (...wish: Parameters<typeof create>) => {
        const graph = await create(...wish);
        return wish[0] === stuck ? { ...graph, close: () => Promise.reject(new Error('stuck')) } : graph;
      },
    });
  }

  it('is closed, though one graph cannot be', async () => {
    const { load, maker } = await setUp({ gpu: null });
    keepOpen(maker, 'denseface-light');
    await (await load()).close();
    expect([...maker.open]).toEqual(['denseface-light']);
  });

  it('is closed by a load that fails, which tells its own fault', async () => {
    const { load, maker } = await setUp({ gpu: null, wrong: { name: 'memobert', everywhere: true } });
    keepOpen(maker, 'denseface-light');
    await expect(load()).rejects.toMatchObject({ code: 'golden-mismatch' });
    expect([...maker.open]).toEqual(['denseface-light']);
  });

  it('is closed in an order that leaves nothing of a look under way, whatever the detector does', async () => {
    const { load, maker } = await setUp({ gpu: null });
    let open: number | null = null;
    const close = () => {
      open = maker.open.size;
      throw new Error('stuck');
    };
    const loaded = await load('auto', { ...FACE, close });
    await expect(loaded.close()).rejects.toThrow('stuck');
    // a graph that still ran would have the look keep its features again
    expect(open).toBe(0);
  });
});

it('asks for the manifest while the GPU wakes', async () => {
  let asked: readonly string[] = [];
  const wakes = async (toy: ToyBundle) => {
    // all that can go on without the GPU has had its turn
    await new Promise((resolve) => setImmediate(resolve));
    asked = [...toy.asked];
  };
  const { load } = await setUp({ gpu: [], wakes });
  await (await load()).close();
  expect(asked).toEqual([MANIFEST_URL]);
});
