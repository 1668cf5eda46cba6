/** The worker's model and its sessions: loaded once, used by every recogniser of the page that asks for the same. */

import { MemoError } from '../errors';
import { load, type LoadParts, type Loaded } from './load';
import type { EarlyRole } from './manifest';
import type { Progress } from './progress';
import type { EngineOptions } from './protocol';
import { notLoaded, Session, type Handlers } from './session';

export class Engine {
  readonly #tell: (progress: Progress) => void;
  readonly #parts: LoadParts;
  readonly #sessions = new Map<number, Session>();
  #loading: Loading | null = null;
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
      part: this.#part,
      leave: () => this.#sessions.delete(id),
    });
    this.#sessions.set(id, session);
    return session;
  }

  /** Once for all sessions; after a failure again. */
  readonly #load: Handlers['load'] = async (options) => {
    this.#loading ??= this.#start(options);
    const { key, loaded } = this.#loading;
    if (key !== keyOf(options)) {
      throw new MemoError('input-invalid', 'This worker has another model.', 'Make another WorkerClient.');
    }
    try {
      this.#loaded = await loaded;
    } catch (error) {
      if (this.#loading?.loaded === loaded) {
        this.#loading = null;
        this.#loaded = null;
      }
      throw error;
    }
    const { manifest, backend } = this.#loaded;
    return { manifest, backend };
  };

  readonly #part: Handlers['part'] = async ({ role }) => {
    if (this.#loading === null) throw notLoaded();
    const { loaded, came } = this.#loading;
    // all is more than a part; and when the load fails, so does this
    const { manifest, backend } = await Promise.race([came[role], loaded]);
    return { manifest, backend };
  };

  #start(options: EngineOptions): Loading {
    const told = { face: newPromise<Loaded>(), voice: newPromise<Loaded>() };
    const loaded: Promise<Loaded> = load(options, this.#tell, this.#parts, (role, usable) => {
      if (this.#loading?.loaded === loaded) this.#loaded = usable;
      told[role].resolve(usable);
    });
    const came = { face: told.face.promise, voice: told.voice.promise };
    return { key: keyOf(options), loaded, came };
  }
}

interface Loading {
  readonly key: string;
  /** All of it. */
  readonly loaded: Promise<Loaded>;
  /** What is usable before that; never rejects, for the load does. */
  readonly came: Readonly<Record<EarlyRole, Promise<Loaded>>>;
}

function newPromise<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
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
