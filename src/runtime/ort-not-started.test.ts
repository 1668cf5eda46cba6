import { describe, expect, it } from 'vitest';
import type { Backend } from '../memobert/estimate';
import { Engine } from './engine';
import { OrtRuntime, type OrtParts } from './ort-graph';
import { notStarted } from './ort-not-started';
import { ASSET_BASE, MANIFEST_URL, toyBundle, toyMaker } from './testing/toy-bundle';

/** ONNX Runtime whose sessions cannot be created, for the reason given. */
function failing(message: string): OrtParts {
  const parts: unknown = {
    InferenceSession: { create: () => Promise.reject(new Error(message)) },
    env: { webgpu: {} },
  };
  return parts as OrtParts;
}

/** The engine on a GPU, where ONNX Runtime does not come up for the backends given. */
async function loadWithout(missing: readonly Backend[]) {
  const { fetch, engineFiles } = await toyBundle();
  const adapter = {
    info: { vendor: 'acme', architecture: 'x', device: '', description: '' },
    features: new Set() as GPUSupportedFeatures,
  } as GPUAdapter;
  const engine = new Engine(() => undefined, {
    fetch,
    caches: null,
    engineFiles,
    host: {
      gpu: { requestAdapter: () => Promise.resolve(adapter) },
      isolated: false,
      cores: 2,
    },
    createMaker: (backend) =>
      missing.includes(backend)
        ? Promise.reject(notStarted(backend, new TypeError('404')))
        : Promise.resolve(toyMaker()),
    createFace: () => Promise.reject(new Error('reached')),
  });
  return engine.session(0).load({
    ...{ manifestUrl: MANIFEST_URL, assetBase: ASSET_BASE },
    ...{ device: 'auto', allowSoftwareAdapter: false },
  });
}

describe('a session that cannot be made', () => {
  it.each([
    // as onnxruntime-web 1.30.0 says it when its .wasm answers 404
    ['no available backend found. ERR: [wasm] RuntimeError: Aborted(CompileError)', 'backend-unavailable'],
    ["Can't create a session. ERROR_CODE: 7, ERROR_MESSAGE: protobuf parsing failed.", 'graph-invalid'],
  ])('tells the runtime from the graph: %s', async (message, code) => {
    const made = new OrtRuntime(failing(message)).create('denseface', Uint8Array.of(1), 'wasm');
    await expect(made).rejects.toMatchObject({ code, cause: { message } });
  });
});

describe('a runtime that does not come up', () => {
  it('for WebGPU alone: wasm takes its place', async () => {
    // past the graphs, the load gets as far as the face detector
    await expect(loadWithout(['webgpu'])).rejects.toThrow('reached');
  });

  it('for neither: is told as it is', async () => {
    await expect(loadWithout(['webgpu', 'wasm'])).rejects.toMatchObject({
      code: 'backend-unavailable',
      message: expect.stringContaining('wasm') as string,
    });
  });
});
