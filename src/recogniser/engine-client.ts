/** The page's side of the inference worker, as much of it as the recogniser needs. */

import type { MemoError } from '../errors';
import type { Progress } from '../runtime/progress';
import type { RequestKind, Requests } from '../runtime/protocol';

/** A `SharedClient` of `src/runtime` is one; tests bring another. */
export interface EngineClient {
  /** Since it last said something of the model, while something is asked. */
  readonly quietSeconds: number;
  /** Rejects with a MemoError. */
  request<K extends RequestKind>(
    kind: K,
    body: Requests[K]['request'],
    options?: { transfer?: Transferable[]; signal?: AbortSignal },
  ): Promise<Requests[K]['answer']>;
  onProgress(listener: (progress: Progress) => void): () => void;
  /** The worker died; no request is answered after that. */
  onLost(listener: (error: MemoError) => void): () => void;
  /** `retire`: it failed, so nobody new should share it. */
  close(options?: { readonly retire?: boolean }): void;
}
