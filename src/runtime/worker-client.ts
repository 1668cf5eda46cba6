/** The page's side of the inference worker: typed requests, progress, and the end of it. */

import { MemoError } from '../errors';
import { scriptMissing } from '../late-script';
import { startWorker, type WorkerLike } from '../start-worker';
import type { FromWorker, RequestKind, Requests, ToWorker } from './protocol';
import type { Progress } from './progress';

export interface RequestOptions {
  /** Moved to the worker. What is not sent after all is closed here, so that no frame is leaked. */
  readonly transfer?: Transferable[];
  /** The answer is no longer wanted: rejects with `aborted` at once, though the worker may still be at it. */
  readonly signal?: AbortSignal;
  /** Whose evidence answers; 0 unless several share the worker. */
  readonly session?: number;
}

/** Taken in however long the GPU is at it: they say nothing of the model. */
const AT_ONCE: readonly FromWorker['kind'][] = ['samples', 'text'];
/** May fetch a graph first, however slow the network is. */
const FETCHING: readonly RequestKind[] = ['load', 'moment', 'fill'];
/**
 * Looks, a second apart, at a worker that says nothing though it is asked: an endless graph, or a GPU that is neither there nor lost.
 * Twice the longest that one run took of a worker that lived: 33 s, the first of a graph on a GPU made of software.
 */
const MOST_QUIET = 60;

interface Waiting {
  readonly session: number;
  readonly kind: RequestKind;
  resolve(answer: unknown): void;
  reject(error: MemoError): void;
}

export class WorkerClient {
  readonly #worker: WorkerLike;
  readonly #waiting = new Map<number, Waiting>();
  readonly #progress = new Set<(progress: Progress) => void>();
  readonly #lost = new Set<(error: MemoError) => void>();
  #nextId = 1;
  /** It has said something: its scripts are there. */
  #began = false;
  #watch: ReturnType<typeof setInterval> | undefined;
  #quiet = 0;
  /** Why nothing is answered any more. */
  #ended: MemoError | null = null;

  constructor(
    worker: WorkerLike = startWorker(
      () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'memo-bert' }),
    ),
  ) {
    this.#worker = worker;
    worker.addEventListener('message', (event) => {
      this.#began = true;
      this.#take((event as MessageEvent<FromWorker>).data);
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      const { message } = event as Partial<ErrorEvent>;
      // what a browser says of a script that it could not fetch: nothing
      this.#lose(message || this.#began ? lost(message) : scriptMissing());
    });
    worker.addEventListener('messageerror', () => {
      this.#lose(lost('an answer could not be read'));
    });
  }

  /** Since it last said something of the model, while something is asked. */
  get quietSeconds(): number {
    return this.#quiet;
  }

  /** Rejects with a MemoError: the worker's own, `aborted`, `worker-lost`, or `file-missing` where its script could not be fetched. */
  request<K extends RequestKind>(
    kind: K,
    body: Requests[K]['request'],
    { transfer = [], signal, session = 0 }: RequestOptions = {},
  ): Promise<Requests[K]['answer']> {
    const refusal = this.#ended ?? (signal?.aborted === true ? aborted() : null);
    if (refusal !== null) {
      release(transfer);
      return Promise.reject(refusal);
    }
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { session, kind, resolve, reject });
    });
    const abort = () => this.#waiting.get(id)?.reject(aborted());
    signal?.addEventListener('abort', abort);
    this.#watch ??= setInterval(() => this.#look(), 1000);
    this.#post({ id, session, kind, body } as ToWorker, transfer);
    // the answer is to `id`, so of this kind
    return answer.finally(() => {
      this.#waiting.delete(id);
      signal?.removeEventListener('abort', abort);
    }) as Promise<Requests[K]['answer']>;
  }

  /** Returns the way out. */
  onProgress(listener: (progress: Progress) => void): () => void {
    this.#progress.add(listener);
    return () => this.#progress.delete(listener);
  }

  /** The worker died by itself; a close does not call it. Returns the way out. */
  onLost(listener: (error: MemoError) => void): () => void {
    this.#lost.add(listener);
    return () => this.#lost.delete(listener);
  }

  /** Ends a session: what waits in it rejects with `aborted`, and the worker forgets its evidence. */
  release(session: number): void {
    const ended = aborted();
    for (const waiting of this.#waiting.values()) {
      if (waiting.session === session) waiting.reject(ended);
    }
    this.request('release', {}, { session }).catch(() => undefined); // a worker that has ended needs no telling
  }

  /** Ends the worker; whatever waits rejects with `aborted`. Safe to call twice. */
  close(): void {
    this.#end(new MemoError('aborted', 'The model was let go.', 'Press Start again.'));
  }

  #post(message: ToWorker, transfer: Transferable[]): void {
    try {
      this.#worker.postMessage(message, transfer);
    } catch (cause) {
      release(transfer);
      this.#waiting
        .get(message.id)
        ?.reject(
          new MemoError(
            'input-invalid',
            `The request "${message.kind}" could not be sent to the worker.`,
            'Give frames and samples that nobody closed or took before.',
            cause,
          ),
        );
    }
  }

  #take(message: FromWorker | null): void {
    if (typeof message !== 'object' || message === null) return;
    if (!AT_ONCE.includes(message.kind)) this.#quiet = 0;
    if (message.kind === 'progress') {
      for (const listener of [...this.#progress]) listener(message.progress);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (message.ok) waiting?.resolve(message.body);
    else waiting?.reject(MemoError.from(message.error));
  }

  /** Counted, not by the clock: a machine that slept has heard nothing either. */
  #look(): void {
    const waiting = [...this.#waiting.values()];
    if (waiting.length === 0) {
      this.#quiet = 0;
      clearInterval(this.#watch);
      this.#watch = undefined;
    } else if (++this.#quiet >= MOST_QUIET && !waiting.some(({ kind }) => FETCHING.includes(kind))) {
      this.#lose(lost('it has not answered for a minute'));
    }
  }

  #lose(error: MemoError): void {
    if (this.#ended !== null) return;
    this.#end(error);
    for (const listener of [...this.#lost]) listener(error);
  }

  #end(error: MemoError): void {
    if (this.#ended !== null) return;
    this.#ended = error;
    clearInterval(this.#watch);
    this.#worker.terminate();
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#progress.clear();
  }
}

/** Frames and pictures hold memory that no garbage collector frees in time. */
function release(transfer: readonly Transferable[]): void {
  for (const item of transfer) {
    if ('close' in item) void item.close();
  }
}

function aborted(): MemoError {
  return new MemoError('aborted', 'The answer is no longer wanted.', 'Nothing needs to be done.');
}

function lost(message: string | undefined): MemoError {
  return new MemoError(
    'worker-lost',
    `The worker that runs the model has ended${message ? `: ${message}` : ''}.`,
    'Press Start again. If it comes back, close other pages: the memory may not be enough.',
  );
}
