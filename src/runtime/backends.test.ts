import { describe, expect, it } from 'vitest';
import { chooseBackend, droppedToWasm, type Host } from './backends';

type Info = Partial<Record<'vendor' | 'architecture' | 'device' | 'description', string>> & {
  isFallbackAdapter?: boolean;
};

function hostWith(
  info: Info | null | 'fails',
  rest: Partial<Host> = {},
  features: readonly string[] = [],
): Host {
  const adapter = {
    info: { vendor: '', architecture: '', device: '', description: '', ...(info as Info) },
    features: new Set(features) as GPUSupportedFeatures,
  };
  const requestAdapter = () => {
    if (info === 'fails') return Promise.reject(new DOMException('gone', 'OperationError'));
    return Promise.resolve(info === null ? null : (adapter as GPUAdapter));
  };
  return { gpu: { requestAdapter }, isolated: true, cores: 8, ...rest };
}

const AUTO = { device: 'auto', allowSoftwareAdapter: false } as const;
const REAL: Info = { vendor: 'nvidia', architecture: 'ampere', isFallbackAdapter: false };

const UNFIT: [name: string, host: Host][] = [
  ['no WebGPU', { ...hostWith(null), gpu: null }],
  ['no adapter', hostWith(null)],
  ['a failing request', hostWith('fails')],
  ['a fallback adapter', hostWith({ vendor: 'google', isFallbackAdapter: true })],
  ['SwiftShader', hostWith({ vendor: 'google', architecture: 'swiftshader' })],
  ['llvmpipe', hostWith({ vendor: 'mesa', description: 'llvmpipe (LLVM 17)' })],
  ['WARP', hostWith({ vendor: 'microsoft', description: 'Microsoft Basic Render Driver' })],
  ['a software rasteriser', hostWith({ device: 'Software Rasterizer' })],
];

describe('chooseBackend', () => {
  it('takes a real adapter and names it', async () => {
    expect(await chooseBackend(AUTO, hostWith(REAL))).toEqual({
      name: 'webgpu',
      forced: false,
      reason: null,
      adapter: 'nvidia ampere',
      threads: 1,
      shaderF16: false,
      wasmThreads: 4,
    });
  });

  it('takes one that says nothing of itself: Chromium before 127 has no info', async () => {
    const adapter = { features: new Set() as GPUSupportedFeatures } as GPUAdapter;
    const old = { ...hostWith(REAL), gpu: { requestAdapter: () => Promise.resolve(adapter) } };
    expect(await chooseBackend(AUTO, old)).toMatchObject({ name: 'webgpu', adapter: 'unnamed' });
  });

  it('knows whether the GPU has 16-bit floats', async () => {
    const choice = await chooseBackend(AUTO, hostWith(REAL, {}, ['shader-f16']));
    expect(choice.shaderF16).toBe(true);
  });

  it('does not call forced what WebGPU, forced, was left for', async () => {
    const choice = await chooseBackend({ ...AUTO, device: 'webgpu' }, hostWith(REAL, {}, ['shader-f16']));
    expect(choice.forced).toBe(true);
    expect(droppedToWasm(choice, 'why')).toEqual({
      ...choice,
      ...{ name: 'wasm', forced: false, reason: 'why', threads: 4, shaderF16: false },
    });
  });

  it.each(UNFIT)('takes wasm and says why with %s', async (_name, host) => {
    const report = await chooseBackend(AUTO, host);
    expect(report).toMatchObject({ name: 'wasm', forced: false });
    expect(report.reason).toMatch(/\w/);
  });

  it.each(UNFIT)('refuses forced WebGPU with %s', async (_name, host) => {
    const forced = { ...AUTO, device: 'webgpu' } as const;
    await expect(chooseBackend(forced, host)).rejects.toMatchObject({ code: 'backend-unavailable' });
  });

  it.each(UNFIT.slice(3))('takes %s where tests allow software', async (_name, host) => {
    const report = await chooseBackend({ device: 'auto', allowSoftwareAdapter: true }, host);
    expect(report).toMatchObject({ name: 'webgpu', reason: null });
  });

  it('asks for no adapter when wasm is forced', async () => {
    const host: Host = {
      ...hostWith(REAL),
      gpu: { requestAdapter: () => Promise.reject(new Error('must not be asked')) },
    };
    expect(await chooseBackend({ ...AUTO, device: 'wasm' }, host)).toMatchObject({
      name: 'wasm',
      forced: true,
    });
  });

  it.each([
    [true, 2, 1],
    [true, 4, 2],
    [true, 16, 4],
    [true, 0, 1],
    [false, 16, 1],
  ])('isolated %s, %d cores: %d threads', async (isolated, cores, threads) => {
    const report = await chooseBackend(AUTO, hostWith(null, { isolated, cores }));
    expect(report.threads).toBe(threads);
  });
});
