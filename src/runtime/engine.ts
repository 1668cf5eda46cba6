/** The worker's model and its sessions: loaded once, used by every recogniser of the page that asks for the same. */

import { MemoError } from '../errors';
import { load, type LoadParts, type Loaded } from './load';
import type { EarlyRole } from './manifest';
import type { Progress } from './progress';
import type { EngineOptions, Requests } from './protocol';
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
      return answerOf(await loaded);
    } catch (error) {
      if (this.#loading?.loaded === loaded) {
        this.#loading = null;
        this.#loaded = null;
      }
      throw error;
    }
  };

  readonly #part: Handlers['part'] = async ({ role }) => {
    const loading = this.#loading;
    if (loading === null) throw notLoaded();
    const { came, waiting, loaded } = loading;
    for (;;) {
      const usable = came.get(role);
      if (usable) return answerOf(usable);
      // when the load fails, so does this
      await Promise.race([new Promise((wake) => waiting.add(wake)), loaded]);
    }
  };

  #start(options: EngineOptions): Loading {
    const came: Loading['came'] = new Map();
    const waiting: Loading['waiting'] = new Set();
    const loaded = load(options, this.#tell, this.#parts, (role, usable) => {
      this.#loaded = usable;
      // the face is the first of all, also of wasm
      if (role === 'face') came.clear();
      came.set(role, usable);
      for (const wake of waiting) wake(null);
      waiting.clear();
    });
    return { key: keyOf(options), loaded, came, waiting };
  }
}

interface Loading {
  readonly key: string;
  /** All of it. */
  readonly loaded: Promise<Loaded>;
  /** What is usable before that. */
  readonly came: Map<EarlyRole, Loaded | null>;
  /** Told when more has come. */
  readonly waiting: Set<(nothing: unknown) => void>;
}

function answerOf({ manifest, backend }: Loaded): Requests['load']['answer'] {
  return { manifest, backend };
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
