import { describe, expect, it, vi } from 'vitest';
import { MemoError } from '../errors';
import { Engine } from './engine';
import { FakeClient, healthyAnswers } from './testing/fake-client';
import { settled } from './testing/manual-clock';

const OPTIONS = { manifestUrl: 'm', assetBase: 'a/', device: 'auto', allowSoftwareAdapter: false } as const;

function setUp(make: () => FakeClient = () => new FakeClient()) {
  const clients: FakeClient[] = [];
  const listeners = { progress: vi.fn(), came: vi.fn(), lost: vi.fn() };
  const create = () => {
    const client = make();
    clients.push(client);
    return client;
  };
  return { clients, listeners, engine: new Engine(create, OPTIONS, listeners) };
}

const slow = () => new FakeClient({ ...healthyAnswers(), load: undefined });

describe('Engine', () => {
  it('loads once for all who ask, with the options it was given', async () => {
    const { engine, clients } = setUp();
    const [a, b] = await Promise.all([engine.load(), engine.load()]);
    expect(a).toBe(b);
    expect(clients.map(({ bodies }) => bodies.load)).toEqual([[OPTIONS]]);
    expect(engine.loaded).toBe(a);
  });

  it('takes a fresh worker after a failed load', async () => {
    const { engine, clients } = setUp(slow);
    const failing = engine.load();
    clients[0]!.take('load').fail(new MemoError('file-missing', 'gone', 'look'));
    await expect(failing).rejects.toMatchObject({ code: 'file-missing' });
    expect(clients[0]!.closed).toBe(true);
    const again = engine.load();
    clients[1]!.take('load').answer(healthyAnswers().load!(OPTIONS));
    expect((await again).client).toBe(clients[1]);
  });

  it('turns a worker that cannot even be made into an error', async () => {
    const { engine } = setUp(() => {
      throw new Error('no workers here');
    });
    await expect(engine.load()).rejects.toMatchObject({ code: 'internal' });
  });

  it('tells of a lost worker, and takes a fresh one next time', async () => {
    const { engine, clients, listeners } = setUp();
    await engine.load();
    clients[0]!.die();
    expect(listeners.lost).toHaveBeenCalledTimes(1);
    expect(engine.loaded).toBeNull();
    expect((await engine.load()).client).toBe(clients[1]);
  });

  it('says nothing of a worker it let go', async () => {
    const { engine, clients, listeners } = setUp(slow);
    const loading = engine.load();
    engine.discard({ retire: false });
    await expect(loading).rejects.toMatchObject({ code: 'aborted' });
    clients[0]!.die();
    clients[0]!.tell({ step: 'fetch', loadedBytes: 1, totalBytes: 2, item: 'x', fraction: 0.23 });
    await settled();
    expect(listeners.lost).not.toHaveBeenCalled();
    expect(listeners.progress).not.toHaveBeenCalled();
    expect(engine.loaded).toBeNull();
  });
});
