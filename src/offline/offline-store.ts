/** What is kept on this device, as one state; requests go in, and are carried out one after another. */

import { MemoError } from '../errors';
import { cacheStorage, DeviceFiles, FILE_CACHE, keptFiles, type EngineOptions } from '../runtime/on-device';
import { cachesOf } from '../app/service-worker/app-cache';
import type { Group } from '../app/service-worker/build';
import { INITIAL_OFFLINE, type OfflineRequest, type OfflineState } from './state';
import { notKept, noWorker, WorkerLink, type Container } from './worker-link';

/** What the store works with; a test brings its own. */
export interface OfflineParts {
  /** Null where there is no service worker. */
  readonly container: Container | null;
  /** Of the service worker's script. */
  readonly scriptUrl: string;
  readonly caches: CacheStorage | null;
  readonly storage: Pick<StorageManager, 'persist' | 'persisted'> | null;
  readonly deviceFiles: (
    options: EngineOptions,
  ) => Promise<Pick<DeviceFiles, 'backend' | 'bytes' | 'missingBytes' | 'keep'>>;
  /** Of the recogniser on the page: what would run. */
  readonly engine: () => EngineOptions;
  /** Marks of the visitor's, those in memory too. */
  readonly forgetMarks: () => void;
  /** Something is here that a reload would end or lose. */
  readonly busy: () => boolean;
  /** A visitor did something here (or cannot be known not to have): no new version comes without a click. */
  readonly touched: () => boolean;
  /** The service worker began to serve this page. */
  readonly onFirst: () => void;
  readonly reload: () => void;
  readonly online: () => boolean;
}

export class OfflineStore {
  #state: OfflineState = INITIAL_OFFLINE;
  readonly #subscribers = new Set<(state: OfflineState) => void>();
  #link: WorkerLink | null = null;
  /** A request waits for the one before it. */
  #queue: Promise<void> = Promise.resolve();
  /** This page asked for the new version, so it reloads whatever it does. */
  #asked = false;
  /** A new version serves this page already, and a reload would have ended or lost something. */
  #taken = false;

  constructor(private readonly parts: OfflineParts) {}

  get state(): OfflineState {
    return this.#state;
  }

  /** Calls back at once, then after changes; returns the way out. */
  subscribe(subscriber: (state: OfflineState) => void): () => void {
    subscriber(this.#state); // one that throws has no way out
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  /** Registers the service worker and looks at what is here. */
  open(): Promise<void> {
    return this.#run('looking', async () => {
      const { container, scriptUrl, busy, touched } = this.parts;
      if (container === null) return this.#set({ supported: false });
      this.#link = new WorkerLink(container, scriptUrl, {
        ...{ busy, touched },
        onFirst: () => this.parts.onFirst(),
        onWaiting: () => {
          this.#set({ update: 'ready' });
          // the host may have no more of the scripts that this version has not fetched yet
          if (!touched()) void this.#run('looking', () => this.#update(true));
        },
        onTaken: () => {
          if (this.#asked || !busy()) return this.parts.reload();
          this.#taken = true;
          this.#set({ update: 'ready' });
        },
      });
      // nobody has asked for anything yet: whoever asks to keep something is told
      await this.#link.open().catch(() => undefined);
    });
  }

  /** Resolves once it is done; what goes wrong is in the state. */
  request(request: OfflineRequest): Promise<void> {
    const run = (work: OfflineState['work'], step: () => Promise<void>) =>
      this.#run(work, () => {
        this.#set({ error: null }); // of the request before
        return step();
      });
    if (request === 'keep') return run('keeping', () => this.#keep());
    if (request === 'delete') return run('deleting', () => this.#delete(false));
    if (request === 'forget') return run('deleting', () => this.#delete(true));
    return run('looking', () => this.#update(false));
  }

  /** Looks again: the recogniser loaded something, the network came or went. What went wrong with a request stays told. */
  look(): Promise<void> {
    return this.#run('looking', () => Promise.resolve());
  }

  /** Asks the host whether there is a new version: something of this one could not be fetched. */
  lookForUpdate(): void {
    this.#link?.lookForUpdate().catch(() => undefined); // without a network nobody knows
  }

  async #keep(): Promise<void> {
    const link = this.#link;
    if (link === null) throw noWorker();
    await link.open();
    this.#askToStay();
    const files = await this.#files();
    this.#set({ neededBytes: files.bytes, loadedBytes: 0 });
    await files.keep((loadedBytes) => this.#set({ loadedBytes }));
    // not beside it: on a slow line the little would wait behind the much, and browsers end a service worker after minutes
    await link.keep(groupsFor(files.backend));
    // a store that is full refuses in silence: whoever runs the model does without
    if ((await files.missingBytes()) > 0) throw notKept('there is no room for the model on this device');
  }

  /** Not waited for: Firefox asks the visitor, who may answer late or never. */
  #askToStay(): void {
    void this.parts.storage?.persist().then(
      (persistent) => this.#set({ persistent }),
      () => undefined,
    );
  }

  async #delete(everything: boolean): Promise<void> {
    const { caches, scriptUrl, forgetMarks } = this.parts;
    await caches?.delete(FILE_CACHE);
    const told = this.#link?.forget(everything);
    if (!everything) return told;
    forgetMarks();
    // whoever does not hear it goes all the same
    await told?.catch(() => undefined);
    await this.#link?.unregister();
    this.#link = null;
    // a first version that could not be installed is nobody's any more
    const own = cachesOf(new URL('.', scriptUrl).href);
    for (const name of (await caches?.keys()) ?? []) if (name.startsWith(own)) await caches?.delete(name);
  }

  /** @param unasked by no visitor: till it has come, somebody may begin something, which is then left alone */
  async #update(unasked: boolean): Promise<void> {
    if (this.#taken) return this.parts.reload();
    if (unasked && this.parts.touched()) return;
    this.#asked = !unasked;
    this.#set({ update: 'coming' });
    const done = await this.#link?.activate(unasked).catch(() => null);
    this.#asked &&= done === true;
    // one that does not answer may be asked again
    if (done !== true) this.#set({ update: unasked || done === null ? 'ready' : 'refused' });
  }

  /** What is here now; never fails: what cannot be found out counts as not kept. */
  async #measure(): Promise<void> {
    const { caches, storage } = this.parts;
    const [files, stored, groups, persistent] = await Promise.all([
      this.#files().catch(() => null),
      keptFiles(caches).catch(() => ({ bytes: 0, healed: 0 })),
      this.#link?.kept().catch(() => null) ?? null,
      storage?.persisted().catch(() => false) ?? false,
    ]);
    const missing = files === null ? null : await files.missingBytes();
    const own = files !== null && groupsFor(files.backend).every((group) => groups?.groups.includes(group));
    const all = own && missing === 0;
    const some = files !== null && missing !== null && missing < files.bytes;
    this.#set({
      kept: all ? 'all' : some ? 'partly' : 'nothing',
      neededBytes: files?.bytes ?? null,
      missingBytes: missing,
      storedBytes: stored.bytes + (groups?.bytes ?? 0),
      ...{ healed: stored.healed, persistent, online: this.parts.online() },
    });
  }

  #run(work: OfflineState['work'], step: () => Promise<void> | void): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      this.#set({ work });
      try {
        await step();
      } catch (error) {
        this.#set({ error: MemoError.from(error) });
      }
      await this.#measure();
      this.#set({ work: 'none' });
    });
    return this.#queue;
  }

  async #files(): ReturnType<OfflineParts['deviceFiles']> {
    return this.parts.deviceFiles(this.parts.engine());
  }

  #set(change: Partial<OfflineState>): void {
    this.#state = { ...this.#state, ...change };
    for (const subscriber of [...this.#subscribers]) subscriber(this.#state);
  }
}

/** Of the page's own files, what it needs for its whole job without a network. */
function groupsFor(backend: 'webgpu' | 'wasm'): readonly Group[] {
  return ['shell', 'engine', backend, 'extra'];
}

/** Those of the browser. */
export function browserParts(
  page: Pick<OfflineParts, 'engine' | 'busy' | 'touched' | 'onFirst' | 'reload' | 'forgetMarks'>,
): OfflineParts {
  // missing outside a secure context, whatever the types say
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  const storage = navigator.storage as StorageManager | undefined;
  return {
    container: import.meta.env.PROD ? (container ?? null) : null,
    scriptUrl: new URL('service-worker.js', document.baseURI).href,
    caches: cacheStorage(),
    storage: storage ?? null,
    deviceFiles: (options) => DeviceFiles.of(options),
    ...page,
    online: () => navigator.onLine,
  };
}
