/**
 * ONNX Runtime Web, the build for each backend: the one without WebGPU is half the size (14 MB of WebAssembly, not 27) and not slowed by
 * Asyncify. Each is its own chunk, fetched when chosen; the loader comes from this origin,
 * the WebAssembly from `engine-files.ts`.
 */

import type * as Ort from 'onnxruntime-web';
import webgpuLoader from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasmLoader from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import type { Backend } from '../memobert/estimate';
import type { Bytes } from './checked-files';
import { notStarted } from './ort-not-started';

export type OrtModule = typeof Ort;

const MODULES = {
  webgpu: { load: () => import('onnxruntime-web/webgpu'), mjs: webgpuLoader },
  wasm: { load: () => import('onnxruntime-web/wasm'), mjs: wasmLoader },
} as const satisfies Record<Backend, { load: () => Promise<OrtModule>; mjs: string }>;

/**
 * @param wasm of {@link ORT_WASM}, checked
 * @throws MemoError `backend-unavailable` when its scripts are not there
 */
export async function loadOrt(backend: Backend, threads: number, wasm: Bytes): Promise<OrtModule> {
  const { load, mjs } = MODULES[backend];
  const ort = await load().catch((cause: unknown) => {
    throw notStarted(backend, cause);
  });
  ort.env.wasm.wasmPaths = { mjs: new URL(mjs, import.meta.url).href };
  ort.env.wasm.wasmBinary = wasm;
  ort.env.wasm.numThreads = threads;
  return ort;
}
