/** Tabs that keep, delete, forget and update as their visitors like, by one service worker whose versions come and fail as they like. */

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, expect, vi } from 'vitest';
import { AppCache } from '../app/service-worker/app-cache';
import { GROUPS, type Build } from '../app/service-worker/build';
import type { FromServiceWorker, ToServiceWorker } from '../app/service-worker/messages';
import { cacheStorages } from '../app/service-worker/testing/named-caches';
import { FILE_CACHE } from '../runtime/on-device';
import { property } from '../testing/fuzz';
import { OfflineStore } from './offline-store';
import type { OfflineRequest } from './state';
import type { Container, Registration } from './worker-link';

const SCOPE = 'https://page.test/app/';
const MODEL = 'https://page.test/model';
const digest = (data: Uint8Array | string) => createHash('sha256').update(data).digest();

beforeEach(() => {
  // a thread's answer comes when it likes, and a run is to be the same everywhere
  vi.spyOn(crypto.subtle, 'digest').mockImplementation((_name, data) =>
    Promise.resolve(Uint8Array.from(digest(new Uint8Array(data as ArrayBuffer))).buffer),
  );
});

/** A file of each group, each version with its own. */
const pathOf = (version: number, group: string) =>
  group === 'shell' ? 'index.html' : `${group}-${version}.js`;
const textOf = (version: number, group: string) => `${group} ${version}`;

function buildOf(version: number): Build {
  const files = GROUPS.map((group) => ({
    ...{ path: pathOf(version, group), group, bytes: 10 },
    sha256: digest(textOf(version, group)).toString('hex'),
  }));
  return { version: String(version), files, pageHeaders: {}, scriptHeaders: {} };
}

class DrawnWorker extends EventTarget {
  state: ServiceWorkerState = 'installing';
  readonly app: AppCache;

  constructor(
    private readonly world: World,
    readonly version: number,
  ) {
    super();
    const { caches, fetch } = world;
    this.app = new AppCache(buildOf(version), { caches, fetch, scope: SCOPE });
  }

  become(state: ServiceWorkerState): void {
    this.state = state;
    this.dispatchEvent(new Event('statechange'));
  }

  postMessage(request: ToServiceWorker, [port]: [MessagePort]): void {
    void this.#carryOut(request)
      .catch((error: unknown): FromServiceWorker => ({ kind: 'failed', message: String(error) }))
      .then((answer) => port.postMessage(answer));
  }

  async #carryOut(request: ToServiceWorker): Promise<FromServiceWorker> {
    if (this.world.fails) throw new Error('it failed');
    if (request.kind === 'activate') {
      this.world.take();
      return { kind: 'activating', done: true };
    }
    if (request.kind === 'keep') await this.app.keep(request.groups);
    if (request.kind === 'forget') await this.app.forget(request.everything);
    return { kind: 'kept', kept: await this.app.kept() };
  }
}

/** The one of the scope, which all tabs see. */
class DrawnRegistration extends EventTarget {
  active: DrawnWorker | null = null;
  waiting: DrawnWorker | null = null;
  installing: DrawnWorker | null = null;

  constructor(private readonly world: World) {
    super();
  }

  unregister(): Promise<boolean> {
    if (this.world.registration === this) this.world.registration = null;
    return Promise.resolve(true);
  }

  update(): Promise<void> {
    this.world.look();
    return Promise.resolve();
  }
}

interface Tab {
  readonly container: EventTarget & { controller: unknown };
  readonly store: OfflineStore;
  reloads: number;
}

class World {
  readonly caches = cacheStorages();
  readonly tabs: Tab[] = [];
  registration: DrawnRegistration | null = null;
  version = 0;
  network = true;
  fails = false;
  marks = 0;
  /** Registrations that somebody waits for. */
  readonly #ready: ((registration: DrawnRegistration) => void)[] = [];
  readonly #fetches: (() => void)[] = [];
  readonly #under = new Set<Promise<unknown>>();

  readonly fetch = (url: RequestInfo | URL): Promise<Response> =>
    new Promise((resolve, reject) => {
      this.#fetches.push(() => {
        const group = GROUPS.find((each) => SCOPE + pathOf(this.version, each) === String(url));
        if (!this.network) reject(new TypeError('Failed to fetch'));
        else if (group === undefined) resolve(new Response('', { status: 404 }));
        else resolve(new Response(textOf(this.version, group)));
      });
    });

  open(): void {
    const container = Object.assign(new EventTarget(), { controller: this.registration?.active ?? null });
    const ready = new Promise<DrawnRegistration>((resolve) => this.#ready.push(resolve));
    const model = async () => (await this.caches.match(MODEL, { cacheName: FILE_CACHE })) !== undefined;
    const tab: Tab = {
      container,
      reloads: 0,
      store: new OfflineStore({
        container: Object.assign(container, {
          register: () => Promise.resolve(this.#register() as unknown as Registration),
          ready: ready as unknown as Container['ready'],
        }) as unknown as Container,
        scriptUrl: `${SCOPE}service-worker.js`,
        caches: this.caches,
        storage: null,
        deviceFiles: () =>
          Promise.resolve({
            ...{ backend: 'wasm' as const, bytes: 100 },
            missingBytes: async () => ((await model()) ? 0 : 100),
            keep: async () => {
              if (!this.network) throw new TypeError('Failed to fetch');
              await (await this.caches.open(FILE_CACHE)).put(MODEL, new Response('model'));
            },
          }),
        engine: () => ({ manifestUrl: '', assetBase: '', device: 'auto', allowSoftwareAdapter: false }),
        forgetMarks: () => (this.marks = 0),
        busy: () => false,
        touched: () => true,
        onFirst: () => undefined,
        reload: () => (tab.reloads += 1),
        online: () => this.network,
      }),
    };
    this.tabs.push(tab);
    this.#begin(tab.store.open());
    this.#tell();
  }

  #register(): DrawnRegistration {
    if (this.registration !== null) return this.registration;
    const registration = (this.registration = new DrawnRegistration(this));
    this.look();
    return registration;
  }

  /** The browser looks for a new version. */
  look(): void {
    const { registration } = this;
    const newest = registration?.waiting ?? registration?.active;
    if (registration === null || registration.installing !== null || newest?.version === this.version) return;
    const coming = (registration.installing = new DrawnWorker(this, this.version));
    registration.dispatchEvent(new Event('updatefound'));
    const end = (fine: boolean) => {
      registration.installing = null;
      if (fine) registration.waiting = coming;
      else if (registration.active === null) void registration.unregister();
      coming.become(fine ? 'installed' : 'redundant');
      if (fine && registration.active === null) this.take();
    };
    this.#begin(
      coming.app.install().then(
        () => end(true),
        () => end(false),
      ),
    );
  }

  /** The one that waits takes over. */
  take(): void {
    const { registration } = this;
    if (registration === null || registration.waiting === null) return;
    const { waiting } = registration;
    [registration.active, registration.waiting] = [waiting, null];
    this.#begin(waiting.app.prune().catch(() => undefined));
    waiting.become('activated');
    this.#tell();
    for (const { container } of this.tabs) {
      container.controller = waiting;
      container.dispatchEvent(new Event('controllerchange'));
    }
  }

  /** Of a version that is active. */
  #tell(): void {
    const { registration } = this;
    if (registration?.active) for (const ready of this.#ready.splice(0)) ready(registration);
  }

  request(tab: Tab, request: OfflineRequest): void {
    if (request === 'keep') this.marks = 1;
    this.#begin(tab.store.request(request));
  }

  #begin(work: Promise<unknown>): void {
    const noted = work.finally(() => this.#under.delete(noted));
    this.#under.add(noted);
  }

  answer(which: number): void {
    this.#fetches.splice(which % Math.max(1, this.#fetches.length), 1)[0]?.();
  }

  /** All that is under way ends; nothing hangs. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 500 && (this.#under.size > 0 || quiet < 5); quiet += 1) {
      if (this.#fetches.length > 0) quiet = 0;
      while (this.#fetches.length > 0) this.answer(0);
      await new Promise(setImmediate);
    }
    expect(this.#under.size, 'requests that hang').toBe(0);
    for (const { store } of this.tabs) expect(store.state.work).toBe('none');
  }
}

const ACTIONS = fc.record({
  kind: fc.constantFrom(
    ...(['open', 'keep', 'keep', 'delete', 'forget', 'forget', 'update'] as const),
    ...([
      'deploy',
      'deploy',
      'answer',
      'answer',
      'answer',
      'turn',
      'turn',
      'settle',
      'network',
      'fail',
    ] as const),
  ),
  which: fc.nat(5),
});

property(
  'tabs that keep, delete and forget in any order',
  60,
  [fc.array(ACTIONS, { maxLength: 30, size: 'max' })],
  async (actions) => {
    const world = new World();
    world.open();
    for (const { kind, which } of actions) {
      const tab = world.tabs[which % world.tabs.length];
      if (tab === undefined) throw new RangeError('no tab');
      if (kind === 'open' && world.tabs.length < 3) world.open();
      if (kind === 'keep' || kind === 'delete' || kind === 'update') world.request(tab, kind);
      if (kind === 'deploy') world.version += 1;
      if (kind === 'deploy') world.look();
      if (kind === 'answer') world.answer(which);
      if (kind === 'turn') await new Promise(setImmediate);
      if (kind === 'settle') await world.settle();
      if (kind === 'network') world.network = which > 2;
      if (kind === 'fail') world.fails = which > 2;
      if (kind !== 'forget') continue;
      await new Promise(setImmediate);
      // no other tab is at work; a version may be on its way, which fetches on after it was told
      if (world.tabs.some(({ store }) => store.state.work !== 'none') || world.fails) await world.settle();
      world.request(tab, kind);
      for (let turns = 0; turns < 10; turns += 1) await new Promise(setImmediate);
      await world.settle();
      expect([...world.caches.stores.keys()], 'caches after everything was forgotten').toEqual([]);
      expect(world.marks).toBe(0);
      expect(tab.store.state).toMatchObject({ kept: 'nothing', error: null });
      // and the page is opened again
      world.tabs.length = 0;
      world.open();
      if (which > 1) await world.settle();
    }
    await world.settle();
    // all is well again
    Object.assign(world, { network: true, fails: false });
    world.tabs.length = 0;
    world.open();
    await world.settle();
    const last = world.tabs[0];
    if (last === undefined) throw new RangeError('no tab');
    world.look();
    await world.settle();
    world.request(last, 'update');
    await world.settle();
    world.request(last, 'keep');
    await world.settle();
    expect(last.store.state).toMatchObject({ kept: 'all', error: null });
    world.request(last, 'delete');
    await world.settle();
    expect(last.store.state).toMatchObject({ kept: 'nothing', error: null });
    world.request(last, 'forget');
    await world.settle();
    expect([...world.caches.stores.keys()]).toEqual([]);
  },
);
