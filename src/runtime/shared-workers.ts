/** One inference worker for all recognisers of the page that want the same model: each gets a session, the last to leave ends it. */

import type { MemoError } from '../errors';
import type { Progress } from './progress';
import type { EngineOptions, RequestKind, Requests } from './protocol';
import { WorkerClient, type RequestOptions } from './worker-client';

interface Shared {
  readonly client: WorkerClient;
  users: number;
  nextSession: number;
}

export class SharedWorkers {
  readonly #shared = new Map<string, Shared>();

  constructor(private readonly create: () => WorkerClient = () => new WorkerClient()) {}

  /** A session with the worker for these options; makes the worker where there is none. */
  open(options: EngineOptions): SharedClient {
    const key = JSON.stringify(options);
    const shared = this.#shared.get(key) ?? this.#make(key);
    shared.users += 1;
    return new SharedClient(shared.client, shared.nextSession++, (retire) => {
      shared.users -= 1;
      // the next to come must not get a worker that failed somebody; those who are with it may stay
      if (retire || shared.users === 0) this.#forget(key, shared);
      if (shared.users === 0) shared.client.close();
    });
  }

  #make(key: string): Shared {
    const shared = { client: this.create(), users: 0, nextSession: 1 };
    shared.client.onLost(() => this.#forget(key, shared));
    this.#shared.set(key, shared);
    return shared;
  }

  #forget(key: string, shared: Shared): void {
    if (this.#shared.get(key) === shared) this.#shared.delete(key);
  }
}

/** A session: what is asked through it is answered from its own evidence. */
export class SharedClient {
  #closed = false;
  readonly #leave: (() => void)[] = [];

  constructor(
    private readonly client: WorkerClient,
    private readonly session: number,
    private readonly left: (retire: boolean) => void,
  ) {}

  get quietSeconds(): number {
    return this.client.quietSeconds;
  }

  /** Rejects with a MemoError: `aborted` once it is closed. */
  request<K extends RequestKind>(
    kind: K,
    body: Requests[K]['request'],
    options: RequestOptions = {},
  ): Promise<Requests[K]['answer']> {
    const ended = this.#closed && { signal: AbortSignal.abort() };
    return this.client.request(kind, body, { ...options, ...ended, session: this.session });
  }

  /** Returns the way out. */
  onProgress(listener: (progress: Progress) => void): () => void {
    return this.#listening(this.client.onProgress(listener));
  }

  /** The worker died by itself. Returns the way out. */
  onLost(listener: (error: MemoError) => void): () => void {
    return this.#listening(this.client.onLost(listener));
  }

  /**
   * Ends the session: what waits rejects with `aborted`. Safe to call twice.
   * @param options `retire`: the worker is not trusted any more, so nobody new joins it
   */
  close({ retire = false }: { readonly retire?: boolean } = {}): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const leave of this.#leave) leave();
    this.client.release(this.session);
    this.left(retire);
  }

  #listening(leave: () => void): () => void {
    this.#leave.push(leave);
    return leave;
  }
}

/** The page's own. */
export const sharedWorkers = new SharedWorkers();
