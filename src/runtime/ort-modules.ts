/**
 * ONNX Runtime Web, the build for each backend and browser: 14 MB of WebAssembly without WebGPU, 17 with it, 27 with it and Asyncify.
 * Each is its own chunk, fetched when chosen; the loader comes from this origin,
 * the WebAssembly from `engine-files.ts`.
 */

import type * as Ort from 'onnxruntime-web';
import webgpuLoader from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import jspiLoader from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url';
import wasmLoader from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import type { Backend } from '../memobert/estimate';
import type { Bytes } from './checked-files';
import { ortBuild, type OrtBuild } from './ort-build';
import { notStarted } from './ort-not-started';

export type OrtModule = typeof Ort;

const MODULES = {
  'webgpu-jspi': { load: () => import('onnxruntime-web/jspi'), mjs: jspiLoader },
  webgpu: { load: () => import('onnxruntime-web/webgpu'), mjs: webgpuLoader },
  wasm: { load: () => import('onnxruntime-web/wasm'), mjs: wasmLoader },
} as const satisfies Record<OrtBuild, { load: () => Promise<OrtModule>; mjs: string }>;

/** Begins to fetch its scripts, beside what else a start fetches: one after another behind that, each would be a wait. {@link loadOrt} tells what fails. */
export function beginOrt(backend: Backend): void {
  const { load, mjs } = MODULES[ortBuild(backend)];
  load().catch(() => undefined);
  import(/* @vite-ignore */ /* webpackIgnore: true */ /* turbopackIgnore: true */ mjs).catch(() => undefined);
}

/**
 * @param wasm of `ortWasm`, checked
 * @throws MemoError `backend-unavailable` when its scripts are not there
 */
export async function loadOrt(backend: Backend, threads: number, wasm: Bytes): Promise<OrtModule> {
  const { load, mjs } = MODULES[ortBuild(backend)];
  const ort = await load().catch((cause: unknown) => {
    throw notStarted(backend, cause);
  });
  ort.env.wasm.wasmPaths = { mjs };
  ort.env.wasm.wasmBinary = wasm;
  ort.env.wasm.numThreads = threads;
  return ort;
}
