/** Recognisers that come, ask and leave as they like, at workers that answer, die, or are not trusted any more. */

import fc from 'fast-check';
import { expect } from 'vitest';
import { outcome, property } from '../testing/fuzz';
import type { WorkerLike } from '../start-worker';
import type { ToWorker } from './protocol';
import { SharedWorkers, type SharedClient } from './shared-workers';
import { OPTIONS } from './testing/engine-set-up';
import { WorkerClient } from './worker-client';

class DrawnWorker extends EventTarget implements WorkerLike {
  readonly sent: ToWorker[] = [];
  ended = 0;
  died = false;
  askedLate = false;
  readonly users = new Set<SharedClient>();

  postMessage(message: unknown): void {
    this.askedLate ||= this.ended > 0;
    this.sent.push(message as ToWorker);
  }

  terminate(): void {
    this.ended += 1;
  }

  answer(which: number): void {
    const { id, kind } = this.sent.splice(which % Math.max(1, this.sent.length), 1)[0] ?? {};
    if (id === undefined || this.ended > 0) return;
    this.dispatchEvent(new MessageEvent('message', { data: { id, kind, ok: true, body: id } }));
  }

  die(): void {
    if (this.ended > 0) return;
    this.died = true;
    this.dispatchEvent(new Event('error'));
  }
}

const ACTIONS = fc.record({
  kind: fc.constantFrom('open', 'ask', 'ask', 'abort', 'answer', 'answer', 'close', 'retire', 'die', 'turn'),
  which: fc.nat(9),
});

property(
  'recognisers that share workers, in any order',
  100,
  [fc.array(ACTIONS, { maxLength: 40, size: 'max' })],
  async (actions) => {
    const workers: DrawnWorker[] = [];
    const shared = new SharedWorkers(() => new WorkerClient(workers[workers.push(new DrawnWorker()) - 1]));
    const clients: { client: SharedClient; worker: DrawnWorker; lost: number }[] = [];
    const asked: { worker: DrawnWorker; client: SharedClient; waits: boolean }[] = [];
    const aborts: AbortController[] = [];
    /** The next to come joins it. */
    let joined = null as DrawnWorker | null;
    const open = () => {
      const made = workers.length;
      const client = shared.open({ ...OPTIONS });
      expect(workers.length - made, 'a worker of its own').toBe(joined === null ? 1 : 0);
      const worker = joined ?? workers.at(-1);
      if (worker === undefined) throw new RangeError('no worker');
      joined = worker;
      worker.users.add(client);
      const one = { client, worker, lost: 0 };
      client.onLost(() => (one.lost += 1));
      clients.push(one);
    };
    for (const { kind, which } of actions) {
      const one = clients[which % Math.max(1, clients.length)];
      if (kind === 'open') open();
      if (kind === 'ask' && one !== undefined) {
        const abort = new AbortController();
        aborts.push(abort);
        const request = { ...one, waits: true };
        asked.push(request);
        void outcome(() => one.client.request('reset', {}, { signal: abort.signal })).then(
          () => (request.waits = false),
        );
      }
      if (kind === 'abort') aborts[which]?.abort();
      if (kind === 'answer') workers[which % Math.max(1, workers.length)]?.answer(which);
      if (kind === 'turn') await new Promise(setImmediate);
      if (kind === 'die' && one !== undefined) {
        const present = clients.filter(
          ({ worker, client }) => worker === one.worker && worker.users.has(client),
        );
        const { ended } = one.worker;
        one.worker.die();
        if (ended === 0) for (const each of present) expect(each.lost, 'told of the death').toBe(1);
        if (joined === one.worker) joined = null;
      }
      if ((kind === 'close' || kind === 'retire') && one !== undefined) {
        const { worker, client } = one;
        const there = worker.users.delete(client);
        client.close({ retire: kind === 'retire' });
        if (there && joined === worker && (kind === 'retire' || worker.users.size === 0)) joined = null;
      }
      if (kind === 'turn') {
        // of those that have left, or whose worker has ended, nothing waits any more
        const waiting = asked.filter(
          ({ waits, worker, client }) => waits && (worker.died || !worker.users.has(client)),
        );
        expect(waiting).toEqual([]);
      }
      for (const { users, died, ended } of workers) expect(ended).toBe(users.size === 0 || died ? 1 : 0);
    }
    for (const { client, worker } of clients) {
      client.close();
      worker.users.delete(client);
    }
    // each once, and none hangs
    await new Promise(setImmediate);
    expect(asked.filter(({ waits }) => waits)).toEqual([]);
    for (const { ended, askedLate } of workers) expect([ended, askedLate]).toEqual([1, false]);
    for (const { lost, worker } of clients) expect(lost).toBeLessThanOrEqual(worker.died ? 1 : 0);
  },
);
