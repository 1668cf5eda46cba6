/**
 * ONNX Runtime Web, the build for each backend: the one without WebGPU is half the size (14 MB of WebAssembly, not 27) and not slowed by
 * Asyncify. Each is its own chunk, fetched when chosen; WebAssembly and loader come from this origin.
 */

import type * as Ort from 'onnxruntime-web';
import webgpuLoader from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import webgpuWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import wasmLoader from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasmWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import type { Backend } from '../memobert/estimate';
import { notStarted } from './ort-not-started';

export type OrtModule = typeof Ort;

const MODULES = {
  webgpu: { load: () => import('onnxruntime-web/webgpu'), mjs: webgpuLoader, wasm: webgpuWasm },
  wasm: { load: () => import('onnxruntime-web/wasm'), mjs: wasmLoader, wasm: wasmWasm },
} as const satisfies Record<Backend, { load: () => Promise<OrtModule>; mjs: string; wasm: string }>;

/** @throws MemoError `backend-unavailable` when its scripts are not there */
export async function loadOrt(backend: Backend, threads: number): Promise<OrtModule> {
  const { load, mjs, wasm } = MODULES[backend];
  const ort = await load().catch((cause: unknown) => {
    throw notStarted(backend, cause);
  });
  ort.env.wasm.wasmPaths = { mjs: absolute(mjs), wasm: absolute(wasm) };
  ort.env.wasm.numThreads = threads;
  return ort;
}

function absolute(url: string): string {
  return new URL(url, import.meta.url).href;
}
