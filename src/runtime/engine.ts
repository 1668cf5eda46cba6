/** The worker's model and its sessions: loaded once, used by every recogniser of the page that asks for the same. */

import { MemoError } from '../errors';
import { load, type LoadParts, type Loaded } from './load';
import type { Progress } from './progress';
import type { EngineOptions } from './protocol';
import { Session, type Handlers } from './session';

export class Engine {
  readonly #tell: (progress: Progress) => void;
  readonly #parts: LoadParts;
  readonly #sessions = new Map<number, Session>();
  #loading: { readonly key: string; readonly loaded: Promise<Loaded> } | null = null;
  #loaded: Loaded | null = null;

  constructor(tell: (progress: Progress) => void, parts: LoadParts = {}) {
    this.#tell = tell;
    this.#parts = parts;
  }

  /** A session by its number; the first mention opens it. */
  session(id: number): Session {
    const known = this.#sessions.get(id);
    if (known !== undefined) return known;
    const loaded = () => this.#loaded;
    const session = new Session({
      get loaded() {
        return loaded();
      },
      load: this.#load,
      leave: () => this.#sessions.delete(id),
    });
    this.#sessions.set(id, session);
    return session;
  }

  /** Evidence of how many recognisers is kept. */
  get sessions(): number {
    return this.#sessions.size;
  }

  async close(): Promise<void> {
    // one that is under way is waited for: its graphs would stay open
    const loaded = await this.#loading?.loaded.catch(() => null);
    this.#loading = null;
    this.#loaded = null;
    await loaded?.close();
  }

  /** Once for all sessions; after a failure again. */
  readonly #load: Handlers['load'] = async (options) => {
    this.#loading ??= { key: keyOf(options), loaded: load(options, this.#tell, this.#parts) };
    const { key, loaded } = this.#loading;
    if (key !== keyOf(options)) {
      throw new MemoError('input-invalid', 'This worker has another model.', 'Make another WorkerClient.');
    }
    try {
      this.#loaded = await loaded;
    } catch (error) {
      if (this.#loading?.loaded === loaded) this.#loading = null;
      throw error;
    }
    const { manifest, backend } = this.#loaded;
    return { manifest, backend };
  };
}

function keyOf({
  manifestUrl,
  integrity = null,
  assetBase,
  device,
  allowSoftwareAdapter,
}: EngineOptions): string {
  return JSON.stringify([manifestUrl, integrity, assetBase, device, allowSoftwareAdapter]);
}
