/** Versions that follow one another under a host, a network, a device and visitors that do as they like, in any order. */

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, expect, vi } from 'vitest';
import { property } from '../../testing/fuzz';
import { AppCache } from './app-cache';
import type { Build, Group } from './build';
import { cacheStorages } from './testing/named-caches';

const SCOPE = 'https://page.test/app/';
const digest = (data: Uint8Array | string) => createHash('sha256').update(data).digest();

beforeEach(() => {
  // a thread's answer comes when it likes, and a run is to be the same everywhere
  vi.spyOn(crypto.subtle, 'digest').mockImplementation((_name, data) =>
    Promise.resolve(Uint8Array.from(digest(new Uint8Array(data as ArrayBuffer))).buffer),
  );
});

/** Of the versions 0, 1, 2…: names with a hash, one file that stays as it is, and one whose name stays though it changes. */
const contents = (version: number): Record<string, readonly [Group, string]> => ({
  'index.html': ['shell', `page ${version}`],
  [`assets/page-${version}.js`]: ['shell', `script ${version}`],
  'assets/ort.wasm': ['wasm', 'ort'],
  'mediapipe.js': ['engine', `mediapipe ${version}`],
});

function buildOf(version: number): Build {
  const files = Object.entries(contents(version)).map(([path, [group, text]]) => ({
    ...{ path, group, sha256: digest(text).toString('hex'), bytes: text.length },
  }));
  return { version: String(version), files, pageHeaders: {}, scriptHeaders: {} };
}

const ACTIONS = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('update', 'look', 'take', 'turn', 'settle') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('deploy', 'restart', 'forget', 'forget all') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('network'),
      is: fc.constantFrom('good', 'none', 'error', 'odd'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('answer', 'answer', 'use', 'damage', 'evict'),
      which: fc.nat(9),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('keep'),
      groups: fc.constantFrom<Group[]>(['wasm'], ['engine'], ['wasm', 'engine']),
      both: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('full'), full: fc.boolean() }) },
);
type Action = typeof ACTIONS extends fc.Arbitrary<infer T> ? T : never;

function there<T>(value: T | null): T {
  if (value === null) throw new Error('nothing there');
  return value;
}

interface Worker {
  readonly version: number;
  app: AppCache;
  /** Events that it is still at: till they end, no other takes its place. */
  events: number;
}

class World {
  readonly caches = cacheStorages();
  version = 0;
  network = 'good';
  active: Worker | null = null;
  waiting: Worker | null = null;
  installing: Worker | null = null;
  takes = false;
  /** What somebody asked to keep, and was told is kept. */
  readonly asked = new Set<Group>();
  readonly wrong: string[] = [];
  /** What may be kept beside the shell: after a deletion nothing, till somebody asks or uses. */
  clean = false;
  /** Requests and events that have begun and not ended. */
  readonly #fetches: (() => void)[] = [];
  readonly #under = new Set<Promise<unknown>>();

  worker(version: number): Worker {
    return { version, app: this.#app(version), events: 0 };
  }

  restart(): void {
    if (this.active?.events === 0) this.active.app = this.#app(this.active.version);
  }

  #app(version: number): AppCache {
    const fetch = (url: RequestInfo | URL) =>
      new Promise<Response>((resolve, reject) => {
        this.#fetches.push(() => {
          const text = contents(this.version)[String(url).slice(SCOPE.length)]?.[1];
          if (this.network === 'none') reject(new TypeError('Failed to fetch'));
          else if (this.network === 'error') resolve(new Response('', { status: 503 }));
          else if (text === undefined) resolve(new Response('', { status: 404 }));
          else resolve(new Response(this.network === 'odd' ? text.slice(1) : text));
        });
      });
    return new AppCache(buildOf(version), { caches: this.caches, fetch, scope: SCOPE });
  }

  #begin(work: Promise<unknown>): void {
    const noted = work.finally(() => this.#under.delete(noted));
    this.#under.add(noted);
  }

  /** An event of the active worker. */
  event(step: (app: AppCache) => Promise<unknown>): void {
    const { active } = this;
    if (active === null) return;
    active.events += 1;
    this.#begin(
      step(active.app)
        .catch(() => undefined)
        .finally(() => (active.events -= 1)),
    );
  }

  /** The browser looks for a new version. */
  look(): void {
    const newest = this.waiting ?? this.active;
    if (this.network === 'none' || this.installing !== null || newest?.version === this.version) return;
    const coming = (this.installing = this.worker(this.version));
    this.#begin(
      coming.app.install().then(
        () => this.installing === coming && ([this.installing, this.waiting] = [null, coming]),
        () => this.installing === coming && (this.installing = null),
      ),
    );
  }

  /** The one that waits takes over where nobody uses the one before, or all that do agree, once that one is idle. */
  take(): void {
    const { waiting, active } = this;
    if (waiting === null || (active !== null && (active.events > 0 || !this.takes))) return;
    [this.active, this.waiting, this.takes] = [waiting, null, false];
    this.event((app) => app.prune());
  }

  answer(which: number): void {
    this.#fetches.splice(which % Math.max(1, this.#fetches.length), 1)[0]?.();
  }

  async turn(): Promise<void> {
    await new Promise(setImmediate);
    this.take();
  }

  /** All that is under way ends; nothing hangs. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 20; quiet += 1) {
      if (this.#fetches.length > 0) quiet = 0;
      while (this.#fetches.length > 0) this.answer(0);
      await this.turn();
    }
    expect(this.#under.size, 'events that hang').toBe(0);
  }

  /** One entry of those that are kept, by its number. */
  entry(which: number): readonly [Map<string, Response>, string] | null {
    const all = [...this.caches.stores.values()].flatMap((store) =>
      [...store.keys()].filter((url) => !url.includes('.kept')).map((url) => [store, url] as const),
    );
    return all[which % Math.max(1, all.length)] ?? null;
  }
}

async function act(world: World, action: Action): Promise<void> {
  const { kind } = action;
  if (kind === 'deploy' || kind === 'update') world.version += 1;
  if (kind === 'look' || kind === 'update') world.look();
  if (kind === 'take') world.takes = world.waiting !== null;
  if (kind === 'restart') world.restart();
  if (kind === 'turn') await world.turn();
  if (kind === 'settle') {
    await world.settle();
    if (world.clean && world.active !== null)
      expect(['shell']).toEqual(expect.arrayContaining([...(await kept(world))]));
  }
  if (kind === 'network' && 'is' in action) world.network = action.is;
  if (kind === 'full' && 'full' in action) world.caches.full = action.full;
  if (kind === 'keep' && 'groups' in action) {
    change(world, action.both, async (app) => {
      await app.keep(action.groups);
      for (const group of action.groups) world.asked.add(group);
    });
  }
  if (kind === 'forget')
    change(world, true, async (app) => {
      await app.forget(false);
      world.asked.clear();
      world.clean = world.active?.events === 1;
    });
  if (kind === 'forget all') await forgetAll(world);
  if (!('which' in action)) return;
  const { which } = action;
  if (kind === 'use') use(world, which);
  if (kind === 'answer') world.answer(which);
  const [store, url] = world.entry(which) ?? [];
  if (kind === 'damage' && url !== undefined) store?.set(url, new Response('damaged'));
  if (kind === 'evict' && url !== undefined) store?.delete(url);
}

/** A page changes what is kept: in the version that it has, and (but for older builds' pages) in the one that waits. */
function change(world: World, both: boolean, step: (app: AppCache) => Promise<void>): void {
  world.clean = false;
  world.event(async (app) => {
    await step(app);
    if (both && world.waiting !== null) await step(world.waiting.app).catch(() => undefined);
  });
}

/** A page of the active version asks for one of its files. */
function use(world: World, which: number): void {
  const version = world.active?.version ?? 0;
  const [path, [group, text]] = Object.entries(contents(version))[which % 4] ?? ['', ['shell', '']];
  world.clean = false;
  world.event(async (app) => {
    const response = await app.answer(there(app.fileAt(SCOPE + path)));
    const got = response.type === 'error' ? null : await response.text();
    if (group === 'engine' && got !== null && got !== text) world.wrong.push(`${path}: ${got}`);
  });
}

/** The page deletes everything, and lets its service worker go; then it is opened again. */
async function forgetAll(world: World): Promise<void> {
  // one that is not there, or not yet, is told of nothing
  const told = world.active !== null && world.installing === null;
  change(world, true, (app) => app.forget(true));
  await world.settle();
  if (told) expect([...world.caches.stores.keys()], 'caches after everything was forgotten').toEqual([]);
  [world.active, world.waiting, world.installing] = [null, null, null];
  world.asked.clear();
  world.look();
}

/** What is kept, while nothing else happens. */
async function kept(world: World): Promise<readonly Group[]> {
  return (await there(world.active).app.kept()).groups;
}

property(
  'versions, visitors, networks and devices in any order',
  100,
  [fc.array(ACTIONS, { maxLength: 30, size: 'max' })],
  async (actions) => {
    const world = new World();
    world.look();
    await world.settle();
    for (const action of actions) await act(world, action);
    world.network = 'good';
    world.caches.full = false;
    await world.settle();
    expect(world.wrong).toEqual([]);
    // all is well again, and a new version comes
    world.version += 1;
    world.look();
    await world.settle();
    world.takes = true;
    await world.settle();
    expect(world.active?.version).toBe(world.version);
    expect(await kept(world)).toEqual(expect.arrayContaining(['shell', ...world.asked]));
    if (world.asked.size === 0) expect(await kept(world)).toEqual(['shell']);
    expect([...world.caches.stores.keys()]).toEqual([`memo-bert-app /app/ ${world.version}`]);
    for (const which of [0, 1, 2, 3]) use(world, which);
    await world.settle();
    expect((await kept(world)).toSorted()).toEqual(['engine', 'shell', 'wasm']);
    expect(world.wrong).toEqual([]);
  },
);
