/** Tabs that load the same file at once, of a server, a network and a cache that fail as they like; then all is well again. */

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, expect, vi } from 'vitest';
import { outcome, property } from '../testing/fuzz';
import { CheckedFiles, completeParts } from './checked-files';
import { streamedSha256 } from './streamed-hash';
import { memoryCaches } from './testing/memory-caches';

const BASE = 'https://page.test/models/toy/';
const PIECE = 50_000;
const of = (version: number, length = 6 * PIECE) =>
  Uint8Array.from({ length }, (_, at) => (at * 7 + version) & 255);
/** The server's now, and what it had before or will have. */
const RIGHT = of(0);
const OTHERS = [RIGHT, of(1), of(0, 3 * PIECE)];
const FILE = {
  path: 'a.onnx',
  bytes: RIGHT.length,
  sha256: createHash('sha256').update(RIGHT).digest('hex'),
};

beforeEach(() => {
  // a thread's answer comes when it likes, and a run is to be the same everywhere
  vi.spyOn(crypto.subtle, 'digest').mockImplementation((_name, data) =>
    Promise.resolve(
      Uint8Array.from(
        createHash('sha256')
          .update(data as Uint8Array)
          .digest(),
      ).buffer,
    ),
  );
});

const ACTIONS = fc.oneof(
  fc.record({
    kind: fc.constantFrom('load', 'load', 'piece', 'piece', 'piece', 'rest', 'turn', 'settle'),
    which: fc.nat(5),
  }),
  fc.record({
    kind: fc.constantFrom('break', 'break', 'close', 'damage', 'exchange', 'ranges', 'full'),
    which: fc.nat(5),
  }),
);

class World {
  readonly caches = memoryCaches();
  data = 0;
  ranges = true;
  closed = false;
  /** Loads that have not ended. */
  under = 0;
  readonly #bodies: ReadableStreamDefaultController<Uint8Array>[] = [];
  readonly #left = new Map<ReadableStreamDefaultController<Uint8Array>, Uint8Array[]>();

  readonly fetch: typeof fetch = (_url, init) => {
    const data = OTHERS[this.data] ?? RIGHT;
    const tag = `"${this.data}"`;
    const headers = new Headers(init?.headers);
    const wanted = Number(/^bytes=(\d+)-$/.exec(headers.get('range') ?? '')?.[1] ?? 0);
    const same = (headers.get('if-range') ?? tag) === tag;
    const start = this.ranges && same ? wanted : 0;
    if (start > 0 && start >= data.length) return Promise.resolve(new Response('', { status: 416 }));
    const pieces: Uint8Array[] = [];
    for (let at = start; at < data.length; at += PIECE) pieces.push(data.slice(at, at + PIECE));
    let own: ReadableStreamDefaultController<Uint8Array> | null = null;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        own = controller;
        this.#bodies.push(controller);
        this.#left.set(controller, pieces);
        init?.signal?.addEventListener('abort', () => this.#end(controller, init.signal?.reason));
      },
      cancel: () => {
        const at = this.#bodies.findIndex((each) => each === own);
        if (at >= 0) this.#bodies.splice(at, 1);
      },
    });
    const range = { 'content-range': `bytes ${start}-${data.length - 1}/${data.length}` };
    return Promise.resolve(
      new Response(body, {
        status: start > 0 ? 206 : 200,
        headers: { etag: tag, ...(start > 0 ? range : {}) },
      }),
    );
  };

  load(): Promise<void> {
    const pause = () => (this.closed ? Promise.reject(new Error('closed')) : Promise.resolve());
    const parts = completeParts({
      fetch: this.fetch,
      caches: this.caches,
      pause,
      origin: 'https://other.test',
    });
    const files = new CheckedFiles(`${BASE}manifest.json`, 'toy', parts, {
      file: 'The file',
      cure: 'put it there',
    });
    this.under += 1;
    return outcome(() => files.load([FILE], () => undefined)).then((result) => {
      this.under -= 1;
      if ('value' in result) expect(Buffer.compare(result.value[0] ?? Buffer.of(), RIGHT)).toBe(0);
    });
  }

  /** One piece of an answer comes, or it ends or breaks off. */
  step(which: number, breaks = false): void {
    const controller = this.#bodies[which % Math.max(1, this.#bodies.length)];
    if (controller === undefined) return;
    if (breaks) return this.#end(controller, new TypeError('network error'));
    const piece = this.#left.get(controller)?.shift();
    if (piece !== undefined) return controller.enqueue(piece);
    this.#bodies.splice(this.#bodies.indexOf(controller), 1);
    controller.close();
  }

  /** All that is still to come of one answer, while the others stand still. */
  async rest(which: number): Promise<void> {
    const controller = this.#bodies[which % Math.max(1, this.#bodies.length)];
    while (controller !== undefined && this.#bodies.includes(controller)) {
      this.step(this.#bodies.indexOf(controller));
      await new Promise(setImmediate);
    }
  }

  #end(controller: ReadableStreamDefaultController<Uint8Array>, why: unknown): void {
    const at = this.#bodies.indexOf(controller);
    if (at < 0) return;
    this.#bodies.splice(at, 1);
    controller.error(why);
  }

  /** What is under way ends, and nothing hangs. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 5000 && this.under > 0; quiet += 1) {
      if (this.#bodies.length > 0) quiet = 0;
      this.step(0);
      await new Promise(setImmediate);
    }
    expect(this.under, 'loads that hang').toBe(0);
  }
}

// its script comes late, and takes long the first time
await streamedSha256();

property(
  'downloads of one file by several tabs, in any order',
  60,
  [fc.boolean(), fc.array(ACTIONS, { maxLength: 40, size: 'max' })],
  async (closed, actions) => {
    const world = new World();
    world.closed = closed;
    const loads: Promise<void>[] = [];
    for (const { kind, which } of actions) {
      if (kind === 'load' && world.under < 3) loads.push(world.load());
      if (kind === 'piece') world.step(which);
      if (kind === 'rest') await world.rest(which);
      if (kind === 'break') world.step(which, true);
      if (kind === 'close') world.closed = which > 2;
      if (kind === 'exchange') world.data = which % OTHERS.length;
      if (kind === 'ranges') world.ranges = which > 2;
      if (kind === 'full') world.caches.full = which > 2;
      if (kind === 'settle') await world.settle();
      else await new Promise(setImmediate);
      const kept = [...world.caches.entries.keys()].at(-1 - (which % 2));
      const headers = { 'x-memo-bundle': 'toy', 'x-memo-bytes': '3' };
      if (kind === 'damage' && kept !== undefined)
        world.caches.entries.set(kept, new Response('odd', { headers }));
    }
    await world.settle();
    await Promise.all(loads);
    // all is well again
    Object.assign(world, { data: 0, ranges: true, closed: false });
    world.caches.full = false;
    const last = world.load();
    await world.settle();
    await last;
    expect([...world.caches.entries.keys()].filter((key) => key.includes('/partial/'))).toEqual([]);
    const kept = world.caches.entries.get(`${BASE}sha256/${FILE.sha256}`);
    expect(
      Buffer.compare(Buffer.from((await kept?.clone().arrayBuffer()) ?? new ArrayBuffer(0)), RIGHT),
    ).toBe(0);
  },
);
