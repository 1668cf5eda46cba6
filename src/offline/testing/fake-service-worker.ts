/** A page with a service worker that answers by rule, or not at all. */

import type { Group } from '../../app/service-worker/build';
import type { FromServiceWorker, ToServiceWorker } from '../../app/service-worker/messages';
import type { MemoError } from '../../errors';
import { OfflineStore, type OfflineParts } from '../offline-store';
import type { OfflineState } from '../state';
import type { Container, Registration } from '../worker-link';

const SHELL: readonly Group[] = ['shell'];

/** A service worker that answers by rule, and a container that knows it. */
export class FakeContainer extends EventTarget {
  /** How often it was asked to let the next version take over, and how many of these it does not hear. */
  asked = 0;
  /** Those of them that no visitor asked for. */
  unasked = 0;
  /** How often a new version was looked for. */
  looked = 0;
  looksAway = 0;
  controller: ServiceWorker | null = null;
  groups = new Set<Group>(SHELL);
  otherBusy = false;
  registered = true;
  fails = false;
  /** Of requests that are left without an answer. */
  readonly held: MessagePort[] = [];
  holds = false;
  readonly registration = new FakeRegistration(this);
  ready = Promise.resolve(this.registration as unknown as Registration);
  register = (): Promise<Registration> => this.ready;

  /** The first version lacks a file: it is given up, and `ready` waits on. */
  failToInstall(): void {
    this.ready = new Promise(() => undefined);
    this.register = () => {
      const registration = new FakeRegistration(this);
      const first = new FakeWorker(this);
      Object.assign(registration, { active: null, installing: first });
      setTimeout(() => {
        first.state = 'redundant';
        first.dispatchEvent(new Event('statechange'));
      });
      return Promise.resolve(registration as unknown as Registration);
    };
  }

  answer(request: ToServiceWorker): FromServiceWorker {
    if (this.fails) return { kind: 'failed', message: 'no room' };
    if (request.kind === 'activate') {
      this.asked += 1;
      if (request.unasked) this.unasked += 1;
      if (!this.otherBusy && this.asked > this.looksAway) this.take();
      return { kind: 'activating', done: !this.otherBusy };
    }
    if (request.kind === 'keep') for (const group of request.groups) this.groups.add(group);
    if (request.kind === 'forget') this.groups = new Set(request.everything ? [] : SHELL);
    return { kind: 'kept', kept: { groups: [...this.groups], bytes: this.groups.size * 10 } };
  }

  take(): void {
    this.registration.waiting = null;
    this.dispatchEvent(new Event('controllerchange'));
  }
}

export class FakeWorker extends EventTarget {
  state = 'activated';
  constructor(private readonly container: FakeContainer) {
    super();
  }
  postMessage(request: ToServiceWorker, [port]: [MessagePort]): void {
    if (this.container.holds) this.container.held.push(port);
    else port.postMessage(this.container.answer(request));
  }
}

class FakeRegistration extends EventTarget {
  active: FakeWorker | null;
  waiting: FakeWorker | null = null;
  installing: FakeWorker | null = null;
  constructor(private readonly container: FakeContainer) {
    super();
    this.active = new FakeWorker(container);
  }
  /** A new version arrives, and is installed. */
  bring(): void {
    const worker = new FakeWorker(this.container);
    this.installing = worker;
    this.dispatchEvent(new Event('updatefound'));
    worker.state = 'installed';
    this.waiting = worker;
    worker.dispatchEvent(new Event('statechange'));
  }
  update(): Promise<void> {
    this.container.looked += 1;
    return Promise.reject(new TypeError('no network'));
  }
  unregister(): Promise<boolean> {
    this.container.registered = false;
    return Promise.resolve(true);
  }
}

/** A store, and what it works with. */
export function setUp() {
  const container = new FakeContainer();
  const page = {
    busy: false,
    touched: true,
    reloads: 0,
    firsts: 0,
    missing: 100,
    full: false,
    fails: null as MemoError | null,
    deleted: 0,
    marks: 2,
    /** Names of caches. */
    caches: new Set<string>(),
  };
  const parts: OfflineParts = {
    container: container as unknown as Container,
    scriptUrl: 'https://page.test/service-worker.js',
    caches: {
      has: () => Promise.resolve(false),
      keys: () => Promise.resolve([...page.caches]),
      delete: (name: string) => {
        if (page.caches.delete(name)) return Promise.resolve(true);
        page.missing = 100;
        page.deleted += 1;
        return Promise.resolve(true);
      },
    } as unknown as CacheStorage,
    storage: { persist: () => Promise.resolve(true), persisted: () => Promise.resolve(true) },
    deviceFiles: () =>
      Promise.resolve({
        ...{ backend: 'wasm' as const, bytes: 100 },
        missingBytes: () => Promise.resolve(page.missing),
        keep: (onBytes: (bytes: number) => void) => {
          onBytes(60);
          if (page.fails !== null) return Promise.reject(page.fails);
          if (!page.full) page.missing = 0;
          onBytes(100);
          return Promise.resolve();
        },
      }),
    engine: () => ({ manifestUrl: '', assetBase: '', device: 'auto', allowSoftwareAdapter: false }),
    forgetMarks: () => (page.marks = 0),
    busy: () => page.busy,
    touched: () => page.touched,
    onFirst: () => (page.firsts += 1),
    reload: () => (page.reloads += 1),
    online: () => true,
  };
  const store = new OfflineStore(parts);
  const seen: OfflineState[] = [];
  store.subscribe((state) => seen.push(state));
  return { container, page, parts, store, seen };
}
