/** Which build of ONNX Runtime a backend runs here. */

import type { Backend } from '../memobert/estimate';

/** `webgpu-jspi` waits for the GPU by the browser's own means; `webgpu` by Asyncify, which makes the code larger by 10 MB. */
export type OrtBuild = Backend | 'webgpu-jspi';

/** As much of WebAssembly as is asked; a test brings another. */
type Suspends = Readonly<Record<'Suspending' | 'promising', unknown>>;

/**
 * @param wasm of this browser. JavaScript Promise Integration (W3C, WebAssembly JSPI, phase 4): Chromium has it from 137 on.
 */
export function ortBuild(
  backend: Backend,
  wasm: Partial<Suspends> = WebAssembly as Partial<Suspends>,
): OrtBuild {
  const suspends = typeof wasm.Suspending === 'function' && typeof wasm.promising === 'function';
  return backend === 'webgpu' && suspends ? 'webgpu-jspi' : backend;
}
