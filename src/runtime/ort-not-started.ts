/** ONNX Runtime itself did not come up: its scripts or its WebAssembly are not there, or the GPU gives it no device. */

import { MemoError } from '../errors';
import type { Backend } from '../memobert/estimate';

/** Begins the message of `onnxruntime-common` (backend-impl) when the one provider asked for cannot be initialised. */
const NO_BACKEND = 'no available backend found';

export function isNotStarted(cause: unknown): boolean {
  return cause instanceof Error && cause.message.startsWith(NO_BACKEND);
}

export function notStarted(backend: Backend, cause: unknown): MemoError {
  return new MemoError(
    'backend-unavailable',
    `ONNX Runtime could not be started for ${backend}.`,
    "Check the connection and press Start again. If it comes back, the page's own files are missing on the server: put the whole build there.",
    cause,
  );
}
