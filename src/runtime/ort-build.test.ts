import { expect, it } from 'vitest';
import { ortBuild, type OrtBuild } from './ort-build';

const JSPI = { Suspending: class {}, promising: () => undefined };

it.each<['webgpu' | 'wasm', object, OrtBuild]>([
  ['webgpu', JSPI, 'webgpu-jspi'],
  ['webgpu', {}, 'webgpu'],
  // the first form of the proposal had other names
  ['webgpu', { Suspender: class {} }, 'webgpu'],
  ['webgpu', { Suspending: JSPI.Suspending }, 'webgpu'],
  ['wasm', JSPI, 'wasm'],
])('%s in a browser with %o: %s', (backend, wasm, build) => {
  expect(ortBuild(backend, wasm)).toBe(build);
});
