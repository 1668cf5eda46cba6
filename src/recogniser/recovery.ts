/**
 * What is done about a worker that failed: once a fresh one takes over, a second time within three minutes it does so without
 * the GPU, and after that the visitor is told. Counts faults; carries nothing out.
 */

import type { ErrorCode, MemoError } from '../errors';
import type { Backend } from '../memobert/estimate';

export type Remedy = 'fresh-worker' | 'without-gpu' | 'tell';

/** A fresh worker may do what this one could not: nothing says that bundle, input or browser are wrong. */
const MENDABLE: ReadonlySet<ErrorCode> = new Set(['device-gpu-lost', 'worker-lost', 'out-of-memory']);

/** Faults further apart have nothing to do with each other; a worker that hangs is found out after a minute, and its load takes another. */
export const TOGETHER_MS = 180_000;

export function isMendable({ code }: MemoError): boolean {
  return MENDABLE.has(code);
}

export class Recovery {
  /** When each of the last faults came, ms. */
  #faults: number[] = [];

  /** @param withoutGpu whether WebAssembly may take over: not where the page's author asked for WebGPU */
  constructor(private readonly withoutGpu = true) {}

  /**
   * @param backend what the worker computed on; null while it loaded
   * @param nowMs monotonic; a night asleep counts
   */
  remedy(error: MemoError, backend: Backend | null, nowMs: number): Remedy {
    if (!isMendable(error)) return 'tell';
    this.#faults = [...this.#faults.filter((faultMs) => nowMs - faultMs < TOGETHER_MS), nowMs];
    if (this.#faults.length === 1) return 'fresh-worker';
    if (this.#faults.length > 2) return 'tell';
    // on WebAssembly the GPU shows the face finder its pictures, and nothing else
    if (backend === 'wasm') return error.code === 'device-gpu-lost' ? 'fresh-worker' : 'tell';
    return this.withoutGpu ? 'without-gpu' : 'tell';
  }
}
