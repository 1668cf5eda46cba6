/** Both ends of the worker's border, over a MessageChannel: what is thrown there arrives here whole. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ERROR_CODES, MemoError } from '../errors';
import type { Handlers } from './session';
import type { Progress } from './progress';
import { serve, type Port } from './serve';
import type { WorkerLike } from '../start-worker';
import { WorkerClient } from './worker-client';

/** A worker on the other end of a channel, whose death a test can order. */
class ChannelWorker extends EventTarget implements WorkerLike {
  readonly #channel = new MessageChannel();
  terminated = 0;

  constructor(handlers: Partial<Handlers>) {
    super();
    this.#channel.port1.onmessage = ({ data }) => {
      this.dispatchEvent(new MessageEvent('message', { data }));
    };
    serve(this.port, () => handlers as Handlers);
  }

  get port(): Port {
    return this.#channel.port2 as Port;
  }

  postMessage(message: unknown, transfer: unknown): void {
    this.#channel.port1.postMessage(message, transfer as Transferable[]);
  }

  terminate(): void {
    this.terminated += 1;
    this.#channel.port1.close();
  }
}

const open: WorkerClient[] = [];

function connect(handlers: Partial<Handlers> = {}): { worker: ChannelWorker; client: WorkerClient } {
  const worker = new ChannelWorker(handlers);
  const client = new WorkerClient(worker);
  open.push(client);
  return { worker, client };
}

afterEach(() => {
  for (const client of open.splice(0)) client.close();
});

const never = () => new Promise<never>(() => undefined);

function closable(): Transferable & { closed: boolean } {
  const frame = {
    closed: false,
    close: () => {
      frame.closed = true;
    },
  };
  return frame as unknown as Transferable & { closed: boolean };
}

describe('requests', () => {
  it('come back with their answers, in whatever order these are ready', async () => {
    let finish: () => void = () => undefined;
    const { client } = connect({
      voice: ({ time }) =>
        new Promise((resolve) => {
          finish = () => resolve({ time, speaking: true, level: 0.5, muted: false, clipped: 0, latency: {} });
        }),
      samples: () => {
        finish();
        return Promise.resolve({});
      },
    });
    const voice = client.request('voice', { time: 3 });
    const samples = client.request('samples', { samples: new Float32Array(4), sampleRateHz: 16000, time: 0 });
    expect(await samples).toEqual({});
    expect(await voice).toMatchObject({ time: 3, speaking: true });
  });

  it('move what they transfer', async () => {
    let arrived = 0;
    const { client } = connect({
      samples: ({ samples }) => {
        arrived = samples.length;
        return Promise.resolve({});
      },
    });
    const samples = new Float32Array(4);
    const request = { samples, sampleRateHz: 16000, time: 0 };
    await client.request('samples', request, { transfer: [samples.buffer] });
    expect(arrived).toBe(4);
    expect(samples.length).toBe(0);
  });

  it('are refused when they cannot be sent', async () => {
    const { client } = connect({ reset: () => Promise.resolve({}) });
    const samples = new Float32Array(4);
    const twice = [samples.buffer, samples.buffer];
    await expect(
      client.request('samples', { samples, sampleRateHz: 16000, time: 0 }, { transfer: twice }),
    ).rejects.toMatchObject({ code: 'input-invalid' });
    expect(await client.request('reset', {})).toEqual({});
  });
});

describe('failures', () => {
  it.each(ERROR_CODES)('arrive as the MemoError they were: %s', async (code) => {
    const { client } = connect({
      load: () => Promise.reject(new MemoError(code, 'what', 'cure', new TypeError('why'))),
    });
    const error: unknown = await client.request('load', {} as never).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MemoError);
    expect(error).toMatchObject({ code, message: 'what', cure: 'cure', cause: 'TypeError: why' });
  });

  it('of no kind of ours arrive as internal, also when thrown at once', async () => {
    const { client } = connect({
      reset: () => {
        throw new RangeError('odd');
      },
    });
    await expect(client.request('reset', {})).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('odd') as string,
    });
  });
});

describe('abort', () => {
  it('rejects at once and drops the late answer', async () => {
    let finish: () => void = () => undefined;
    const { client } = connect({
      estimate: () => new Promise((resolve) => (finish = () => resolve(null))),
      reset: () => {
        finish();
        return Promise.resolve({});
      },
    });
    const abort = new AbortController();
    const estimate = client.request('estimate', { time: 0 }, { signal: abort.signal });
    abort.abort();
    await expect(estimate).rejects.toMatchObject({ code: 'aborted' });
    expect(await client.request('reset', {})).toEqual({});
  });

  it('before sending closes what would have been transferred', async () => {
    const { client } = connect({ face: never });
    const frame = closable();
    const request = client.request('face', {} as never, { transfer: [frame], signal: AbortSignal.abort() });
    await expect(request).rejects.toMatchObject({ code: 'aborted' });
    expect(frame.closed).toBe(true);
  });
});

describe('progress', () => {
  it('reaches those who listen, until they leave', async () => {
    const { client, worker } = connect({ reset: () => Promise.resolve({}) });
    const progress: Progress = { step: 'fetch', loadedBytes: 1, totalBytes: 2, item: 'a', fraction: 0.23 };
    const heard: Progress[] = [];
    const leave = client.onProgress((step) => heard.push(step));
    worker.port.postMessage({ kind: 'progress', progress });
    await client.request('reset', {});
    leave();
    worker.port.postMessage({ kind: 'progress', progress });
    await client.request('reset', {});
    expect(heard).toEqual([progress]);
  });
});

describe('the end', () => {
  it.each(['error', 'messageerror'])(
    'by %s: all that waits rejects, later requests too, and it is told once',
    async (type) => {
      const { client, worker } = connect({ estimate: never, voice: never });
      const told: MemoError[] = [];
      client.onLost((error) => told.push(error));
      worker.dispatchEvent(new MessageEvent('message', { data: null }));
      const waiting = [client.request('estimate', { time: 0 }), client.request('voice', { time: 0 })];
      worker.dispatchEvent(new Event(type));
      worker.dispatchEvent(new Event(type));
      for (const request of waiting) await expect(request).rejects.toMatchObject({ code: 'worker-lost' });
      const frame = closable();
      await expect(client.request('face', {} as never, { transfer: [frame] })).rejects.toMatchObject({
        code: 'worker-lost',
      });
      expect(frame.closed).toBe(true);
      expect(told.map(({ code }) => code)).toEqual(['worker-lost']);
      expect(worker.terminated).toBe(1);
    },
  );

  it('before it has said anything: where nobody says why, its script could not be fetched', async () => {
    const codeOf = async (event: Event) => {
      const { client, worker } = connect({ load: never });
      const told: MemoError[] = [];
      client.onLost((error) => told.push(error));
      const waiting = client.request('load', {} as never);
      worker.dispatchEvent(event);
      await expect(waiting).rejects.toBe(told[0]);
      return told[0]?.code;
    };
    expect(await codeOf(new Event('error'))).toBe('file-missing');
    const crash = Object.assign(new Event('error'), { message: 'Uncaught SyntaxError' });
    expect(await codeOf(crash)).toBe('worker-lost');
    expect(await codeOf(new Event('messageerror'))).toBe('worker-lost');
  });

  describe("where time is a test's", () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
    afterEach(() => void vi.useRealTimers());

    const samples = () => ({ samples: new Float32Array(4), sampleRateHz: 16000, time: 0 });
    const takesSamples = () => Promise.resolve({});

    it('by silence: a minute without an answer, however many samples it takes in', async () => {
      const { client, worker } = connect({ estimate: never, samples: takesSamples });
      const told: MemoError[] = [];
      client.onLost((error) => told.push(error));
      const waiting = client.request('estimate', { time: 0 });
      for (let second = 0; second < 59; second += 1) {
        vi.advanceTimersByTime(1000);
        await client.request('samples', samples());
      }
      expect([client.quietSeconds, worker.terminated]).toEqual([59, 0]);
      vi.advanceTimersByTime(1000);
      await expect(waiting).rejects.toMatchObject({ code: 'worker-lost' });
      expect([told.length, worker.terminated]).toEqual([1, 1]);
    });

    it('not by rest, nor by what takes long and comes', async () => {
      const { client, worker } = connect({ estimate: never, reset: () => Promise.resolve({}) });
      vi.advanceTimersByTime(600_000);
      await client.request('reset', {});
      vi.advanceTimersByTime(600_000);
      expect(client.quietSeconds).toBe(0);
      client.request('estimate', { time: 0 }).catch(() => undefined);
      for (let turn = 0; turn < 4; turn += 1) {
        vi.advanceTimersByTime(59_000);
        await client.request('reset', {});
      }
      expect(worker.terminated).toBe(0);
    });

    it.each(['load', 'moment', 'fill'] as const)('not while %s may wait for a network', async (kind) => {
      const { client, worker } = connect({ [kind]: never, estimate: never });
      client.request(kind, {} as never).catch(() => undefined);
      client.request('estimate', { time: 0 }).catch(() => undefined);
      vi.advanceTimersByTime(600_000);
      expect([client.quietSeconds, worker.terminated]).toEqual([600, 0]);
    });
  });

  it('by close: what waits rejects as aborted, nobody is told it was lost', async () => {
    const { client, worker } = connect({ estimate: never });
    const told: MemoError[] = [];
    client.onLost((error) => told.push(error));
    const waiting = client.request('estimate', { time: 0 });
    client.close();
    client.close();
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
    await expect(client.request('reset', {})).rejects.toMatchObject({ code: 'aborted' });
    expect(told).toEqual([]);
    expect(worker.terminated).toBe(1);
  });
});
