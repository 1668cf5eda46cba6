import { describe, expect, it } from 'vitest';
import { OrtRuntime, type OrtParts } from './ort-graph';

/** ONNX Runtime whose sessions cannot be created, for the reason given. */
function failing(message: string): OrtParts {
  const parts: unknown = {
    InferenceSession: { create: () => Promise.reject(new Error(message)) },
    env: { webgpu: {} },
  };
  return parts as OrtParts;
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
