/** The loaded model, one for all runs; another worker is taken after a failed load, a failed request or a lost worker. */

import { MemoError } from '../errors';
import type { Manifest } from '../runtime/manifest';
import type { Progress } from '../runtime/progress';
import type { BackendReport, EngineOptions } from '../runtime/protocol';
import type { EngineClient } from './engine-client';

export interface LoadedEngine {
  readonly client: EngineClient;
  readonly manifest: Manifest;
  readonly backend: BackendReport;
}

export interface EngineListeners {
  progress(progress: Progress): void;
  /** The worker died by itself; the next {@link Engine.load} makes a new one. */
  lost(error: MemoError): void;
}

export class Engine {
  #client: EngineClient | null = null;
  #loading: Promise<LoadedEngine> | null = null;
  #loaded: LoadedEngine | null = null;

  constructor(
    private readonly createClient: () => EngineClient,
    private readonly options: EngineOptions,
    private readonly listeners: EngineListeners,
  ) {}

  get loaded(): LoadedEngine | null {
    return this.#loaded;
  }

  /** Loading or loaded: the next {@link load} begins nothing new. */
  get underWay(): boolean {
    return this.#loading !== null;
  }

  /** Every caller waits for the same load. */
  load(): Promise<LoadedEngine> {
    this.#loading ??= this.#start();
    return this.#loading;
  }

  /**
   * Leaves the worker; a load under way rejects, the next one starts anew.
   * @param options `retire`: it failed, and is not to be shared with anybody new
   */
  discard(options: { readonly retire: boolean }): void {
    this.#client?.close(options);
    this.#client = null;
    this.#loading = null;
    this.#loaded = null;
  }

  async #start(): Promise<LoadedEngine> {
    let client: EngineClient | null = null;
    try {
      client = this.createClient();
      this.#client = client;
      this.#listen(client);
      const answer = await client.request('load', this.options);
      const loaded = { client, ...answer };
      if (this.#client !== client) throw superseded();
      this.#loaded = loaded;
      return loaded;
    } catch (error) {
      // a worker that failed to load is in an unknown state: the next attempt gets another
      if (this.#client === client) this.discard({ retire: true });
      throw MemoError.from(error);
    }
  }

  #listen(client: EngineClient): void {
    client.onProgress((progress) => {
      if (this.#client === client) this.listeners.progress(progress);
    });
    client.onLost((error) => {
      if (this.#client !== client) return;
      this.discard({ retire: true });
      this.listeners.lost(error);
    });
  }
}

function superseded(): MemoError {
  return new MemoError('aborted', 'The model was let go while it loaded.', 'Press Start again.');
}
