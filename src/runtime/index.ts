/**
 * The bundle, the backend, the sessions, and the worker's protocol.
 * Knows: ONNX Runtime Web, Cache Storage, WebGPU adapters; it puts encoders and memobert to work in the worker.
 * Must not know: cameras and microphones, the recogniser's clocks and states, elements, the DOM.
 *
 * What stands here is the page's side. The worker's side (`worker.ts`, `engine.ts`) is reached through WorkerClient alone,
 * so that no page carries ONNX Runtime in its own scripts. `on-device.ts` is a second door, to the files, for pages that keep them.
 */

export type { LoadStep } from './progress';
export { sharedWorkers } from './shared-workers';
export { WorkerClient } from './worker-client';
