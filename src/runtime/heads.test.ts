import { describe, expect, it, vi } from 'vitest';
import { chooseBackend } from './backends';
import { Bundle } from './bundle';
import type { GoldenVectors } from './manifest';
import type { Graph } from './graph';
import { playgroundGraphs } from './heads';
import { memoryCaches } from './testing/memory-caches';
import { MANIFEST_URL, setManifest, toyBundle, withHeads } from './testing/toy-bundle';

const logits = { type: 'float32', dims: [1, 2], data: [0, 1] } as const;
const goldenWith = (outputs: readonly string[]): GoldenVectors => ({
  memobert: { inputs: {}, outputs: Object.fromEntries(outputs.map((name) => [name, logits])) },
});

function graphAnswering(outputs: readonly string[]): Graph {
  const answer = { type: 'float32' as const, dims: [1, 2], data: Float32Array.of(0, 1) };
  return {
    run: (_, asked = outputs) => Promise.resolve(Object.fromEntries(asked.map((name) => [name, answer]))),
    close: () => Promise.resolve(),
  };
}

async function setUp(
  outputs: readonly string[],
  { leanFusion = true, bundle = null as Pick<Bundle, 'manifest' | 'fetch'> | null } = {},
) {
  const manifest = await withHeads(await toyBundle());
  const opened: string[] = [];
  const fusion = graphAnswering(['mask_logits']);
  const whole = graphAnswering(outputs);
  const models = {
    leanFusion,
    openLater: (name: string) => {
      opened.push(name);
      return Promise.resolve(whole);
    },
  };
  const own = { manifest, fetch: () => Promise.resolve([Uint8Array.of(1)]) };
  const backend = await chooseBackend(
    { device: 'wasm', allowSoftwareAdapter: false },
    { gpu: null, isolated: false, cores: 2 },
  );
  const graphs = playgroundGraphs(bundle ?? own, goldenWith(outputs), models, backend, fusion);
  return { graphs, opened, fusion, whole };
}

describe('what the playground alone runs', () => {
  it('has masked words of their own where golden vectors say that the graph fills them in', async () => {
    expect((await setUp(['mask_logits', 'hidden', 'filled_words'])).graphs.ownWords).toBe(true);
    expect((await setUp(['mask_logits', 'hidden'])).graphs.ownWords).toBe(false);
  });

  it('opens the whole of a graph that was made lean, once, and checks all that it answers', async () => {
    const { graphs, opened, whole } = await setUp(['mask_logits', 'filled_words']);
    expect(opened).toEqual([]);
    expect(await graphs.whole()).toBe(whole);
    expect(await graphs.whole()).toBe(whole);
    expect(opened).toEqual(['memobert']);
  });

  it('closes a graph that does not compute what it should; asked again, it is opened anew', async () => {
    const { graphs, opened, whole } = await setUp(['mask_logits']);
    const { run } = whole;
    const close = vi.spyOn(whole, 'close');
    whole.run = () => Promise.reject(new Error('lost'));
    await expect(graphs.whole()).rejects.toThrow('lost');
    expect(close).toHaveBeenCalledTimes(1);
    whole.run = run;
    expect(await graphs.whole()).toBe(whole);
    expect([opened.length, close.mock.calls.length]).toEqual([2, 1]);
  });

  it('takes the graph that runs where nothing was taken out of it', async () => {
    const { graphs, opened, fusion } = await setUp(['mask_logits', 'hidden'], { leanFusion: false });
    expect(await graphs.whole()).toBe(fusion);
    expect(opened).toEqual([]);
  });

  it('leaves a newer version, which another tab has loaded since, whole on the device', async () => {
    const toy = await toyBundle();
    const caches = memoryCaches();
    const open = (fetch = toy.fetch) => Bundle.open({ url: MANIFEST_URL }, { fetch, caches });
    const older = await open();
    const { memobert } = older.manifest.graphs;
    await older.load([memobert!.fp32!], () => undefined);
    const { tokenizer, tokenizerConfig } = toy.manifest.text;
    setManifest(toy, { ...toy.manifest, version: '2', golden: tokenizerConfig });
    const files = [tokenizer, tokenizerConfig, memobert!.fp32!];
    await (await open()).load(files, () => undefined);
    const { graphs } = await setUp(['mask_logits'], { bundle: older });
    await graphs.whole();
    const offline = await open(() => Promise.reject(new TypeError('Failed to fetch')));
    expect(offline.manifest.version).toBe('2');
    expect(await offline.missing(files)).toEqual([]);
  });
});
