import { describe, expect, it } from 'vitest';
import type { Backend } from '../memobert/estimate';
import { canRun, mapRoles, planGraphs, rolesOf, type Target } from './graph-plan';
import type { GraphFile, GraphFiles, Manifest, Precision } from './manifest';
import { olderManifest, toyBundle, withVoiceHalves } from './testing/toy-bundle';

const toy = await toyBundle();

const WASM: Target = { name: 'wasm', shaderF16: false };
const GPU: Target = { name: 'webgpu', shaderF16: false };
const GPU_F16: Target = { name: 'webgpu', shaderF16: true };

function file(path: string, backends?: readonly Backend[]): GraphFile {
  return { path, bytes: 1, sha256: '0'.repeat(64), weights: 'fp16', ...(backends ? { backends } : {}) };
}

/** The toy with these files of the graph that fuses. */
function withFusion(memobert: GraphFiles): Manifest {
  return { ...toy.manifest, graphs: { ...toy.manifest.graphs, memobert } };
}

describe('the face encoder', () => {
  it.each([
    [WASM, 'denseface-light'],
    [GPU, 'denseface'],
  ])('is the one that the manifest names for $name', (target, name) => {
    expect(planGraphs(toy.manifest, target).face.name).toBe(name);
  });

  it.each([WASM, GPU])('is denseface on $name in a bundle that does not say', (target) => {
    expect(planGraphs(olderManifest(toy), target).face.name).toBe('denseface');
    const { face } = olderManifest(toy);
    expect(planGraphs({ ...toy.manifest, face }, target).face.name).toBe('denseface');
  });
});

describe('the voice encoder', () => {
  it.each([WASM, GPU])('is one graph on $name in a bundle that has no other', (target) => {
    const plan = planGraphs(toy.manifest, target);
    expect(plan.voice.name).toBe('wav2vec2');
    expect(rolesOf(plan)).toEqual(['face', 'voice', 'fusion']);
  });

  it.each([WASM, GPU])('is in two graphs on $name in a bundle that has them', async (target) => {
    const { manifest } = await withVoiceHalves(await toyBundle());
    const plan = planGraphs(manifest, target);
    expect([plan.frames?.name, plan.voice.name]).toEqual(['wav2vec2-features', 'wav2vec2-context']);
    expect(rolesOf(plan)).toEqual(['face', 'frames', 'voice', 'fusion']);
    expect(mapRoles(plan, ({ name }) => name)).toEqual({
      ...{ face: plan.face.name, frames: 'wav2vec2-features' },
      ...{ voice: 'wav2vec2-context', fusion: 'memobert' },
    });
  });
});

describe('the file of a graph', () => {
  const all = { fp32: file('32'), fp16: file('16'), int8: file('8') };

  it.each<[what: string, files: GraphFiles, target: Target, chosen: Precision]>([
    ['fp32 first', all, WASM, 'fp32'],
    ['fp32 first', all, GPU_F16, 'fp32'],
    ['int8 before fp16', { fp16: all.fp16, int8: all.int8 }, WASM, 'int8'],
    ['fp16 before int8', { fp16: all.fp16, int8: all.int8 }, GPU_F16, 'fp16'],
    ['no fp16 without shader-f16', { fp16: all.fp16, int8: all.int8 }, GPU, 'int8'],
    ['int8 where it names wasm', { ...all, int8: file('8', ['wasm']) }, WASM, 'int8'],
    ['no int8 that names wasm', { fp16: all.fp16, int8: file('8', ['wasm']) }, GPU_F16, 'fp16'],
    ['fp16 where it names WebGPU', { ...all, fp16: file('16', ['webgpu']) }, GPU_F16, 'fp16'],
    ['not that without shader-f16', { ...all, fp16: file('16', ['webgpu']) }, GPU, 'fp32'],
    [
      'of two that name it the usual order',
      { fp32: file('32', ['wasm']), int8: file('8', ['wasm', 'webgpu']) },
      WASM,
      'fp32',
    ],
  ])('%s', (_what, files, target, chosen) => {
    expect(planGraphs(withFusion(files), target).fusion).toEqual({
      name: 'memobert',
      precision: chosen,
      file: files[chosen],
    });
  });

  it.each<[what: string, files: GraphFiles, target: Target]>([
    ['another backend alone', { fp32: file('32', ['webgpu']) }, WASM],
    ['16-bit floats alone', { fp16: file('16') }, GPU],
    ['nothing', {}, GPU_F16],
  ])('is told of by name when there is %s', (_what, files, target) => {
    expect(() => planGraphs(withFusion(files), target)).toThrow(
      expect.objectContaining({
        code: 'backend-unavailable',
        message: expect.stringContaining(`graph memobert that ${target.name}`) as string,
      }) as Error,
    );
  });
});

it('runs fp16 on wasm, whatever the GPU has', () => {
  const choice = { name: 'memobert', precision: 'fp16', file: file('16') } as const;
  expect([WASM, GPU, GPU_F16].map((target) => canRun(choice, target))).toEqual([true, false, true]);
});
