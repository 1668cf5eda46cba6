/** Several recognisers, one worker: who shares, who does not, and who ends it. */

import { describe, expect, it, vi } from 'vitest';
import type { EngineOptions, ToWorker } from './protocol';
import { SharedWorkers } from './shared-workers';
import type { WorkerLike } from '../start-worker';
import { WorkerClient } from './worker-client';

const OPTIONS: EngineOptions = {
  manifestUrl: 'https://page.test/manifest.json',
  assetBase: 'https://page.test/generated/',
  device: 'auto',
  allowSoftwareAdapter: false,
};

class SilentWorker extends EventTarget implements WorkerLike {
  readonly sent: ToWorker[] = [];
  readonly terminate = vi.fn();

  postMessage(message: unknown): void {
    this.sent.push(message as ToWorker);
  }
}

function setUp() {
  const workers: SilentWorker[] = [];
  const shared = new SharedWorkers(() => {
    const worker = new SilentWorker();
    workers.push(worker);
    return new WorkerClient(worker);
  });
  return { shared, workers };
}

describe('SharedWorkers', () => {
  it('gives the same worker to equal wishes, in sessions of their own, and another to others', () => {
    const { shared, workers } = setUp();
    const [a, b] = [shared.open(OPTIONS), shared.open({ ...OPTIONS })];
    shared.open({ ...OPTIONS, device: 'wasm' });
    expect(workers).toHaveLength(2);
    void a.request('reset', {}).catch(() => undefined);
    void b.request('reset', {}).catch(() => undefined);
    expect(new Set(workers[0]?.sent.map(({ session }) => session)).size).toBe(2);
  });

  it('ends the worker when the last has left, not before', async () => {
    const { shared, workers } = setUp();
    const [a, b] = [shared.open(OPTIONS), shared.open(OPTIONS)];
    const [loadA, loadB] = [a.request('load', OPTIONS), b.request('load', OPTIONS)];
    a.close();
    a.close();
    await expect(loadA).rejects.toMatchObject({ code: 'aborted' });
    expect(workers[0]?.sent.at(-1)).toMatchObject({ kind: 'release' });
    expect(workers[0]?.terminate).not.toHaveBeenCalled();
    b.close();
    await expect(loadB).rejects.toMatchObject({ code: 'aborted' });
    expect(workers[0]?.terminate).toHaveBeenCalledTimes(1);
    shared.open(OPTIONS);
    expect(workers).toHaveLength(2);
  });

  it('lets nobody new join a worker that failed somebody, and leaves it to those who have it', () => {
    const { shared, workers } = setUp();
    const [a, b] = [shared.open(OPTIONS), shared.open(OPTIONS)];
    a.close({ retire: true });
    expect(workers[0]?.terminate).not.toHaveBeenCalled();
    shared.open(OPTIONS);
    expect(workers).toHaveLength(2);
    b.close();
    expect(workers[0]?.terminate).toHaveBeenCalledTimes(1);
    expect(workers[1]?.terminate).not.toHaveBeenCalled();
  });

  it('asks nothing more for one that has left, for the worker would open it again; no frame is leaked', async () => {
    const { shared, workers } = setUp();
    const [a] = [shared.open(OPTIONS), shared.open(OPTIONS)];
    a.close();
    const sent = workers[0]?.sent.length;
    const frame = { closed: false, close: () => (frame.closed = true) };
    const late = a.request('face', {} as never, { transfer: [frame as unknown as Transferable] });
    await expect(late).rejects.toMatchObject({ code: 'aborted' });
    expect([frame.closed, workers[0]?.sent.length]).toEqual([true, sent]);
  });

  it('tells all of a lost worker, and makes a new one for the next', () => {
    const { shared, workers } = setUp();
    const told = [vi.fn(), vi.fn()];
    for (const listener of told) shared.open(OPTIONS).onLost(listener);
    workers[0]?.dispatchEvent(new Event('error'));
    for (const listener of told) expect(listener).toHaveBeenCalledTimes(1);
    shared.open(OPTIONS);
    expect(workers).toHaveLength(2);
  });
});
