import { describe, expect, it } from 'vitest';
import { MemoError, type ErrorCode } from '../errors';
import { Recovery, TOGETHER_MS } from './recovery';

const fault = (code: ErrorCode = 'device-gpu-lost') => new MemoError(code, '', '');

describe('Recovery', () => {
  it.each(['device-gpu-lost', 'worker-lost', 'out-of-memory'] as const)(
    'of %s: a fresh worker, then without the GPU, then told',
    (code) => {
      const recovery = new Recovery();
      expect(recovery.remedy(fault(code), 'webgpu', 0)).toBe('fresh-worker');
      expect(recovery.remedy(fault(code), 'webgpu', 1000)).toBe('without-gpu');
      expect(recovery.remedy(fault(code), 'wasm', 2000)).toBe('tell');
    },
  );

  it('counts faults of any kind together, and forgets them after a while', () => {
    const recovery = new Recovery();
    expect(recovery.remedy(fault('worker-lost'), 'webgpu', 0)).toBe('fresh-worker');
    expect(recovery.remedy(fault(), 'webgpu', TOGETHER_MS)).toBe('fresh-worker');
    expect(recovery.remedy(fault('out-of-memory'), 'webgpu', 2 * TOGETHER_MS - 1)).toBe('without-gpu');
  });

  it('takes another worker twice where WebAssembly computes and the face finder’s WebGL is lost', () => {
    const recovery = new Recovery();
    expect(recovery.remedy(fault(), 'wasm', 0)).toBe('fresh-worker');
    expect(recovery.remedy(fault(), 'wasm', 1)).toBe('fresh-worker');
    expect(recovery.remedy(fault(), 'wasm', 2)).toBe('tell');
  });

  it('has no other backend below WebAssembly, nor where WebGPU was asked for', () => {
    const below = new Recovery();
    below.remedy(fault('worker-lost'), 'wasm', 0);
    expect(below.remedy(fault('worker-lost'), 'wasm', 1)).toBe('tell');
    const forced = new Recovery(false);
    forced.remedy(fault(), 'webgpu', 0);
    expect(forced.remedy(fault(), 'webgpu', 1)).toBe('tell');
  });

  it('tells at once of what a fresh worker cannot mend', () => {
    const recovery = new Recovery();
    for (const code of ['graph-invalid', 'golden-mismatch', 'model-integrity', 'internal'] as const)
      expect(recovery.remedy(fault(code), 'webgpu', 0)).toBe('tell');
    expect(recovery.remedy(fault(), 'webgpu', 0)).toBe('fresh-worker');
  });
});
