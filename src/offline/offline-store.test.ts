import { describe, expect, it } from 'vitest';
import { MemoError } from '../errors';
import type { Group } from '../app/service-worker/build';
import type { FromServiceWorker, ToServiceWorker } from '../app/service-worker/messages';
import { OfflineStore, type OfflineParts } from './offline-store';
import type { OfflineState } from './state';
import type { Container, Registration } from './worker-link';

const SHELL: readonly Group[] = ['shell'];

/** A service worker that answers by rule, and a container that knows it. */
class FakeContainer extends EventTarget {
  /** How often it was asked to let the next version take over, and how many of these it does not hear. */
  asked = 0;
  looksAway = 0;
  controller: ServiceWorker | null = null;
  groups = new Set<Group>(SHELL);
  otherBusy = false;
  registered = true;
  fails = false;
  readonly registration = new FakeRegistration(this);
  readonly ready = Promise.resolve(this.registration as unknown as Registration);
  register = (): Promise<Registration> => this.ready;

  answer(request: ToServiceWorker): FromServiceWorker {
    if (this.fails) return { kind: 'failed', message: 'no room' };
    if (request.kind === 'activate') {
      this.asked += 1;
      if (!this.otherBusy && this.asked > this.looksAway) this.take();
      return { kind: 'activating', done: !this.otherBusy };
    }
    if (request.kind === 'keep') for (const group of request.groups) this.groups.add(group);
    if (request.kind === 'forget') this.groups = new Set(request.everything ? [] : SHELL);
    return { kind: 'kept', kept: { version: '1', groups: [...this.groups], bytes: this.groups.size * 10 } };
  }

  take(): void {
    this.registration.waiting = null;
    this.dispatchEvent(new Event('controllerchange'));
  }
}

class FakeWorker extends EventTarget {
  state = 'activated';
  constructor(private readonly container: FakeContainer) {
    super();
  }
  postMessage(request: ToServiceWorker, [port]: [MessagePort]): void {
    port.postMessage(this.container.answer(request));
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
  unregister(): Promise<boolean> {
    this.container.registered = false;
    return Promise.resolve(true);
  }
}

function setUp() {
  const container = new FakeContainer();
  const page = {
    busy: false,
    reloads: 0,
    firsts: 0,
    missing: 100,
    full: false,
    fails: null as MemoError | null,
    deleted: 0,
    marks: 2,
  };
  const parts: OfflineParts = {
    container: container as unknown as Container,
    scriptUrl: 'https://page.test/service-worker.js',
    caches: {
      has: () => Promise.resolve(false),
      delete: () => {
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
    onFirst: () => (page.firsts += 1),
    reload: () => (page.reloads += 1),
    online: () => true,
  };
  const store = new OfflineStore(parts);
  const seen: OfflineState[] = [];
  store.subscribe((state) => seen.push(state));
  return { container, page, parts, store, seen };
}

describe('keeping', () => {
  it('brings files and scripts, tells bytes, and asks the browser to leave them', async () => {
    const { store, seen, container } = setUp();
    await store.open();
    expect(store.state).toMatchObject({ kept: 'nothing', neededBytes: 100, storedBytes: 10, work: 'none' });
    await store.request('keep');
    expect(store.state).toMatchObject({ kept: 'all', persistent: true, work: 'none', error: null });
    expect(container.groups).toEqual(new Set(['shell', 'engine', 'wasm', 'extra']));
    const told = seen.filter(({ work }) => work === 'keeping').map(({ loadedBytes }) => loadedBytes);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(100);
  });

  it('does not wait for the visitor, whom Firefox asks whether it may stay; a late answer is taken', async () => {
    const { parts } = setUp();
    let answer: (persistent: boolean) => void = () => undefined;
    const persist = () => new Promise<boolean>((resolve) => (answer = resolve));
    const store = new OfflineStore({
      ...parts,
      storage: { persist, persisted: () => Promise.resolve(false) },
    });
    await store.open();
    await store.request('keep');
    expect(store.state).toMatchObject({ kept: 'all', persistent: false, work: 'none' });
    answer(true);
    await Promise.resolve();
    expect(store.state.persistent).toBe(true);
  });

  it('goes on where the browser cannot be asked', async () => {
    const { parts } = setUp();
    const no = () => Promise.reject(new Error('no'));
    const store = new OfflineStore({ ...parts, storage: { persist: no, persisted: no } });
    await store.open();
    await store.request('keep');
    expect(store.state).toMatchObject({ kept: 'all', persistent: false, error: null });
  });

  it('that breaks off says why, and what came stays', async () => {
    const { store, page } = setUp();
    await store.open();
    page.fails = new MemoError('file-missing', 'gone', 'connect');
    page.missing = 40;
    await store.request('keep');
    expect(store.state).toMatchObject({ kept: 'partly', work: 'none', error: { code: 'file-missing' } });
    page.fails = null;
    await store.request('keep');
    expect(store.state).toMatchObject({ kept: 'all', error: null });
  });

  it('stays told as failed while it is looked at again, until the next request', async () => {
    const { store, page } = setUp();
    await store.open();
    page.fails = new MemoError('file-missing', 'gone', 'connect');
    await Promise.all([store.request('keep'), store.look()]);
    expect(store.state).toMatchObject({ work: 'none', error: { code: 'file-missing' } });
    await store.request('delete');
    expect(store.state.error).toBeNull();
  });

  it.each<[how: string, harm: (container: FakeContainer) => void]>([
    ['the service worker fails', (container) => (container.fails = true)],
    ['it is gone', (container) => (container.registration.active = null)],
  ])('is not done where %s', async (_how, harm) => {
    const { store, container } = setUp();
    await store.open();
    harm(container);
    await store.request('keep');
    expect(store.state).toMatchObject({ kept: 'partly', error: { code: 'not-kept' } });
  });

  it('is not done where the device is full, and takes nothing that comes', async () => {
    const { store, page } = setUp();
    await store.open();
    page.full = true;
    await store.request('keep');
    expect(store.state).toMatchObject({ kept: 'nothing', work: 'none', error: { code: 'not-kept' } });
    expect(store.state.error?.message).toContain('no room');
    page.full = false;
    await store.request('keep');
    expect(store.state).toMatchObject({ kept: 'all', error: null });
  });

  it('is not offered without a service worker', async () => {
    const { parts } = setUp();
    const store = new OfflineStore({ ...parts, container: null });
    await store.open();
    expect(store.state.supported).toBe(false);
    await store.request('keep');
    expect(store.state.error?.code).toBe('not-kept');
  });

  it('is told to fail where the browser refuses the service worker, once somebody asks', async () => {
    const { store, container } = setUp();
    container.register = () => Promise.reject(new DOMException('no', 'SecurityError'));
    await store.open();
    expect(store.state).toMatchObject({ work: 'none', error: null });
    await store.request('keep');
    expect(store.state.error?.code).toBe('not-kept');
  });

  it('counts as nothing where the manifest cannot be had', async () => {
    const { parts } = setUp();
    const none = () => Promise.reject(new MemoError('manifest-unreachable', '', ''));
    const store = new OfflineStore({ ...parts, deviceFiles: none });
    await store.open();
    expect(store.state).toMatchObject({ kept: 'nothing', neededBytes: null, work: 'none', error: null });
  });
});

describe('deleting', () => {
  it('takes the models, and leaves the page', async () => {
    const { store, container, page } = setUp();
    await store.open();
    await store.request('keep');
    await store.request('delete');
    expect(store.state).toMatchObject({ kept: 'nothing', storedBytes: 10 });
    expect([page.deleted, page.marks, container.registered]).toEqual([1, 2, true]);
  });

  it('everything takes the service worker and the marks as well', async () => {
    const { store, container, page } = setUp();
    await store.open();
    await store.request('keep');
    await store.request('forget');
    expect(store.state).toMatchObject({ kept: 'nothing', storedBytes: 0 });
    expect(container.registered).toBe(false);
    expect(container.groups.size).toBe(0);
    expect(page.marks).toBe(0);
  });
});

describe('a new version', () => {
  it('waits until it is asked for, and then the page is loaded again', async () => {
    const { store, container, page } = setUp();
    await store.open();
    container.take();
    expect(page).toMatchObject({ firsts: 1, reloads: 0 });
    container.registration.bring();
    expect(store.state.update).toBe('ready');
    page.busy = true;
    await store.request('update');
    expect(page.reloads).toBe(1);
  });

  it('is refused while another tab is at work', async () => {
    const { store, container, page } = setUp();
    await store.open();
    container.take();
    container.registration.bring();
    container.otherBusy = true;
    await store.request('update');
    expect(store.state.update).toBe('refused');
    expect(page.reloads).toBe(0);
    container.otherBusy = false;
    await store.request('update');
    expect(page.reloads).toBe(1);
  });

  it('is asked for until the browser has looked', async () => {
    const { store, container, page } = setUp();
    await store.open();
    container.take();
    container.registration.bring();
    container.looksAway = 2;
    const updates: string[] = [];
    store.subscribe(({ update }) => updates.push(update));
    await store.request('update');
    expect(container.asked).toBe(3);
    expect(page.reloads).toBe(1);
    expect(updates).toContain('coming');
  });

  it('that another tab took is loaded here too, but not under a running session', async () => {
    const { store, container, page } = setUp();
    await store.open();
    container.take();
    page.busy = true;
    container.take();
    expect(page.reloads).toBe(0);
    page.busy = false;
    container.take();
    expect(page.reloads).toBe(1);
  });

  it.each([true, false])('asks, and hears whether this page is busy: %s', async (busy) => {
    const { store, container, page } = setUp();
    await store.open();
    page.busy = busy;
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise<unknown>((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
    container.dispatchEvent(new MessageEvent('message', { data: { kind: 'busy?' }, ports: [port2] }));
    expect(await answer).toEqual({ busy });
    port1.close();
  });
});
