/** Memory that was not enough, as the engines tell it: by a kind of error here, by a sentence there. */

import { MemoError } from '../errors';

/**
 * V8, SpiderMonkey and JavaScriptCore on typed arrays and WebAssembly memory; Emscripten's abort; C++ in ONNX Runtime and
 * MediaPipe; Dawn's validation of buffers.
 */
const SENTENCES =
  /out of memory|allocation failed|bad_alloc|memory access out of bounds|cannot enlarge memory|Aborted\(OOM|failed to allocate/i;

/** @returns `out-of-memory` where `thrown` says so, or what caused it does; else null */
export function outOfMemory(thrown: unknown): MemoError | null {
  let cause = thrown;
  for (let depth = 0; cause instanceof Error && depth < 4; cause = cause.cause, depth += 1) {
    if (SENTENCES.test(cause.message)) return shortage(thrown);
  }
  // SpiderMonkey throws no Error then: it would need memory
  return cause === 'out of memory' ? shortage(thrown) : null;
}

function shortage(cause: unknown): MemoError {
  return new MemoError(
    'out-of-memory',
    'The memory of this device was not enough for the model.',
    'Close other tabs and programs, then press Start again; if it comes back, use another browser.',
    cause,
  );
}
