/** The loaded model, one for all runs; another worker is taken after a failed load, a failed request or a lost worker. */

import { MemoError } from '../errors';
import { EARLY_ROLES, type EarlyRole, type Manifest } from '../runtime/manifest';
import type { Progress } from '../runtime/progress';
import type { BackendReport, EngineOptions } from '../runtime/protocol';
import type { EngineClient } from './engine-client';

export interface LoadedEngine {
  readonly client: EngineClient;
  readonly manifest: Manifest;
  readonly backend: BackendReport;
}

/** A model of which not all is there. */
export interface EarlyEngine extends LoadedEngine {
  /** Those that can be used. */
  readonly modalities: readonly EarlyRole[];
}

export interface EngineListeners {
  progress(progress: Progress): void;
  /** More of the model can be used, before all of it can: {@link Engine.early}. */
  came(): void;
  /** The worker died by itself; the next {@link Engine.load} makes a new one. */
  lost(error: MemoError): void;
}

export class Engine {
  #client: EngineClient | null = null;
  #loading: Promise<LoadedEngine> | null = null;
  #loaded: LoadedEngine | null = null;
  #early: EarlyEngine | null = null;
  /** Why the GPU is not asked for any more; null while it is. */
  #gpuLeft: string | null = null;

  constructor(
    private readonly createClient: (options: EngineOptions) => EngineClient,
    private readonly options: EngineOptions,
    private readonly listeners: EngineListeners,
  ) {}

  get loaded(): LoadedEngine | null {
    return this.#loaded;
  }

  /** What can be used of a load under way; null before and after. */
  get early(): EarlyEngine | null {
    return this.#early;
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

  /** From the next load on, on WebAssembly. @param reason what the backend's report then says */
  leaveGpu(reason: string): void {
    this.#gpuLeft = reason;
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
    this.#early = null;
  }

  /** As {@link discard}, of a worker that has been quiet for so long. */
  leaveQuiet(seconds: number): void {
    if ((this.#client?.quietSeconds ?? 0) >= seconds) this.discard({ retire: true });
  }

  /** The worker keeps no sound of a run that is over. */
  forget(): void {
    this.#client?.request('forget', {}).catch(() => undefined); // one that has ended has none
  }

  async #start(): Promise<LoadedEngine> {
    let client: EngineClient | null = null;
    try {
      const options = this.#options();
      client = this.createClient(options);
      this.#client = client;
      this.#listen(client);
      const loading = client.request('load', options);
      void this.#follow(client);
      const { manifest, backend } = await loading;
      const loaded = { client, manifest, backend: this.#report(backend) };
      if (this.#client !== client) throw superseded();
      this.#loaded = loaded;
      this.#early = null;
      return loaded;
    } catch (error) {
      // a worker that failed to load is in an unknown state: the next attempt gets another
      if (this.#client === client) this.discard({ retire: true });
      throw MemoError.from(error);
    }
  }

  /** Part after part; what fails is the load's to tell. */
  async #follow(client: EngineClient): Promise<void> {
    const modalities: EarlyRole[] = [];
    try {
      for (const role of EARLY_ROLES) {
        const { manifest, backend } = await client.request('part', { role });
        if (this.#client !== client || this.#loaded !== null) return;
        modalities.push(role);
        this.#early = { client, manifest, backend, modalities: [...modalities] };
        this.listeners.came();
      }
    } catch {
      // see above
    }
  }

  #options(): EngineOptions {
    return this.#gpuLeft === null ? this.options : { ...this.options, device: 'wasm' };
  }

  /** Nobody chose WebAssembly: the GPU's faults did. */
  #report(backend: BackendReport): BackendReport {
    return this.#gpuLeft === null ? backend : { ...backend, forced: false, reason: this.#gpuLeft };
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
