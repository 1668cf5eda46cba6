import { describe, expect, it, vi } from 'vitest';
import { MemoError } from '../errors';
import { OrtRuntime, type OrtParts } from './ort-graph';

type Run = (
  feeds: Record<string, FakeTensor>,
  outputs?: readonly string[],
) => Promise<Record<string, FakeTensor>>;

class FakeTensor {
  static living = 0;
  readonly location: string;
  constructor(
    readonly type: string,
    readonly data: unknown,
    readonly dims: readonly number[],
    readonly gpuBuffer: unknown = null,
  ) {
    FakeTensor.living += 1;
    this.location = gpuBuffer === null ? 'cpu' : 'gpu-buffer';
  }
  static fromGpuBuffer(buffer: unknown, { dataType, dims }: { dataType: string; dims: readonly number[] }) {
    return new FakeTensor(dataType, null, dims, buffer);
  }
  /** What a buffer of the GPU holds is the buffer itself here. */
  getData(): Promise<unknown> {
    return Promise.resolve(this.gpuBuffer);
  }
  dispose(): void {
    FakeTensor.living -= 1;
  }
}

interface Fake {
  readonly ort: OrtParts;
  readonly asked: unknown[];
  readonly locations: unknown[];
  readonly options: unknown[];
  released: number;
  loseGpu(info: { reason: string; message: string }): void;
}

function fakeOrt(run: Run): Fake {
  let lose: Fake['loseGpu'] = () => undefined;
  const lost = new Promise((resolve) => {
    lose = resolve;
  });
  const asked: unknown[] = [];
  const locations: unknown[] = [];
  const given: unknown[] = [];
  const release = () => {
    fake.released += 1;
    return Promise.resolve();
  };
  const create = (
    _bytes: Uint8Array,
    options: { executionProviders: unknown; preferredOutputLocation: unknown },
  ) => {
    given.push(options);
    asked.push(options.executionProviders);
    locations.push(options.preferredOutputLocation);
    return Promise.resolve({ run, release });
  };
  const ort = {
    InferenceSession: { create },
    Tensor: FakeTensor,
    env: { webgpu: { device: Promise.resolve({ lost }) } },
  } as unknown as OrtParts;
  const fake: Fake = { ort, asked, locations, options: given, released: 0, loseGpu: (info) => lose(info) };
  return fake;
}

const bytes = Uint8Array.of(1);
const input = { x: { type: 'int32', dims: [2], data: Int32Array.of(1, 2) } } as const;
const answer = () => Promise.resolve({ y: new FakeTensor('float32', Float32Array.of(3), [1]) });

describe('OrtRuntime', () => {
  it('has packed weights taken apart as a graph loads', async () => {
    const { ort, options } = fakeOrt(answer);
    await new OrtRuntime(ort).create('a', bytes, 'wasm');
    expect(options).toMatchObject([{ extra: { session: { disable_quant_qdq: '1' } } }]);
  });

  it('asks for one execution provider', async () => {
    const { ort, asked } = fakeOrt(answer);
    const runtime = new OrtRuntime(ort);
    await runtime.create('a', bytes, 'webgpu');
    await runtime.create('b', bytes, 'wasm');
    expect(asked).toEqual([['webgpu'], ['wasm']]);
  });

  it('answers with plain tensors and leaves none behind', async () => {
    const before = FakeTensor.living;
    const seen: FakeTensor[] = [];
    const { ort } = fakeOrt((feeds) => {
      seen.push(...Object.values(feeds));
      return answer();
    });
    const graph = await new OrtRuntime(ort).create('a', bytes, 'wasm');
    expect(await graph.run(input)).toEqual({ y: { type: 'float32', dims: [1], data: Float32Array.of(3) } });
    expect(seen[0]).toMatchObject({ type: 'int32', dims: [2], data: Int32Array.of(1, 2) });
    expect(FakeTensor.living).toBe(before);
  });

  it('asks for the outputs that are wanted, and for all without a word', async () => {
    const asked: unknown[] = [];
    const { ort } = fakeOrt((_feeds, wanted) => {
      asked.push(wanted);
      return answer();
    });
    const graph = await new OrtRuntime(ort).create('a', bytes, 'wasm');
    await graph.run(input, ['y']);
    await graph.run(input);
    expect(asked).toEqual([['y'], undefined]);
  });

  it('disposes its inputs when a run fails, tells the graph, and runs the next', async () => {
    const before = FakeTensor.living;
    let calls = 0;
    const { ort } = fakeOrt(() => {
      calls += 1;
      return calls === 1 ? Promise.reject(new Error('Got invalid dimensions')) : answer();
    });
    const runtime = new OrtRuntime(ort);
    const [a, b] = [await runtime.create('a', bytes, 'wasm'), await runtime.create('b', bytes, 'wasm')];
    const [failed, fine] = await Promise.allSettled([a.run(input), b.run(input)]);
    expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'graph-invalid' } });
    expect(fine.status).toBe('fulfilled');
    expect(FakeTensor.living).toBe(before);
  });

  it('disposes the inputs that there are where another cannot be made', async () => {
    const before = FakeTensor.living;
    const { ort } = fakeOrt(answer);
    const graph = await new OrtRuntime(ort).create('a', bytes, 'wasm');
    const odd = {
      ...input,
      z: { type: 'float32', dims: [1], fill: () => expect.fail('no buffer') } as const,
    };
    await expect(graph.run(odd)).rejects.toMatchObject({ code: 'graph-invalid' });
    expect(FakeTensor.living).toBe(before);
  });

  it('runs sessions one after another', async () => {
    let running = 0;
    let most = 0;
    const { ort } = fakeOrt(async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      return answer();
    });
    const runtime = new OrtRuntime(ort);
    const graphs = await Promise.all(['a', 'b', 'c'].map((name) => runtime.create(name, bytes, 'wasm')));
    await Promise.all(graphs.map((graph) => graph.run(input)));
    expect(most).toBe(1);
  });

  it('releases a session once, after the runs before, and runs it no more', async () => {
    const fake = fakeOrt(answer);
    const graph = await new OrtRuntime(fake.ort).create('a', bytes, 'wasm');
    const [ran] = await Promise.all([graph.run(input), graph.close(), graph.close()]);
    expect(Object.keys(ran)).toEqual(['y']);
    expect(fake.released).toBe(1);
    await expect(graph.run(input)).rejects.toMatchObject({ code: 'aborted' });
  });

  it('refuses an output that is no number array', async () => {
    const { ort } = fakeOrt(() => Promise.resolve({ y: new FakeTensor('string', ['a'], [1]) }));
    const graph = await new OrtRuntime(ort).create('a', bytes, 'wasm');
    await expect(graph.run(input)).rejects.toMatchObject({ code: 'graph-invalid' });
  });
});

describe('on the GPU', () => {
  const numbers = Float32Array.of(5, 6);
  const onGpu = () => Promise.resolve({ y: new FakeTensor('float32', null, [2], numbers) });
  const ofBuffer = (fill: () => unknown) => ({
    x: { type: 'float32', dims: [2], fill: fill as () => GPUBuffer } as const,
  });

  it('outputs stay where that is asked for, and only there', async () => {
    const { ort, locations } = fakeOrt(answer);
    const runtime = new OrtRuntime(ort);
    expect((await runtime.create('a', bytes, 'webgpu', true)).gpu).toBeDefined();
    expect((await runtime.create('b', bytes, 'webgpu')).gpu).toBeUndefined();
    expect((await runtime.create('c', bytes, 'wasm', true)).gpu).toBeUndefined();
    expect(locations).toEqual(['gpu-buffer', 'cpu', 'cpu']);
  });

  it('a script for that which cannot be fetched is no damaged bundle, and leaves nothing open', async () => {
    vi.doMock('./ort-on-gpu', () => {
      throw new TypeError('Failed to fetch dynamically imported module');
    });
    const { ort, asked } = fakeOrt(answer);
    const runtime = new OrtRuntime(ort);
    await expect(runtime.create('a', bytes, 'webgpu', true)).rejects.toMatchObject({ code: 'file-missing' });
    vi.doUnmock('./ort-on-gpu');
    expect(asked).toEqual([]);
    expect((await runtime.create('a', bytes, 'webgpu', true)).gpu).toBeDefined();
  });

  it('an input is filled when its turn comes, and outputs are given back', async () => {
    const before = FakeTensor.living;
    const order: string[] = [];
    let running = 0;
    const { ort } = fakeOrt(async () => {
      order.push(`run ${String(running++)}`);
      await Promise.resolve();
      return onGpu();
    });
    const graph = await new OrtRuntime(ort).create('a', bytes, 'webgpu', true);
    const look = (name: string) =>
      graph.gpu?.run(
        ofBuffer(() => order.push(`fill ${name}`)),
        ({ y }) => {
          order.push(`use ${name}`);
          return Promise.resolve(y?.buffer);
        },
      );
    expect(await Promise.all([look('a'), look('b')])).toEqual([numbers, numbers]);
    expect(order).toEqual(['fill a', 'run 0', 'use a', 'fill b', 'run 1', 'use b']);
    expect(FakeTensor.living).toBe(before);
  });

  it('the next run does not wait until the last was read', async () => {
    const { ort } = fakeOrt(onGpu);
    const graph = await new OrtRuntime(ort).create('a', bytes, 'webgpu', true);
    let read: (value: string) => void = () => undefined;
    const first = graph.gpu?.run({}, () => new Promise<string>((resolve) => (read = resolve)));
    expect(await graph.gpu?.run({}, () => Promise.resolve('second'))).toBe('second');
    read('first');
    expect(await first).toBe('first');
  });

  it('what a run leaves there is read back for whoever wants it plain', async () => {
    const before = FakeTensor.living;
    const { ort } = fakeOrt(onGpu);
    const graph = await new OrtRuntime(ort).create('a', bytes, 'webgpu', true);
    expect(await graph.run(input)).toEqual({ y: { type: 'float32', dims: [2], data: numbers } });
    expect(FakeTensor.living).toBe(before);
  });

  it('a lost GPU ends the reading that would wait for ever; a fault of ours stays what it is', async () => {
    const fake = fakeOrt(onGpu);
    const graph = await new OrtRuntime(fake.ort).create('a', bytes, 'webgpu', true);
    const ours = new MemoError('graph-invalid', 'no', 'none');
    await expect(graph.gpu?.run({}, () => Promise.reject(ours))).rejects.toBe(ours);
    const waiting = graph.gpu?.run({}, () => new Promise(() => undefined));
    const lost = expect(waiting).rejects.toMatchObject({ code: 'device-gpu-lost' });
    fake.loseGpu({ reason: 'unknown', message: '' });
    await lost;
  });
});

describe('a lost GPU', () => {
  it('ends the run that would wait for ever, and every later one', async () => {
    const fake = fakeOrt(() => new Promise(() => undefined));
    const graph = await new OrtRuntime(fake.ort).create('a', bytes, 'webgpu');
    const waiting = graph.run(input);
    fake.loseGpu({ reason: 'unknown', message: 'driver reset' });
    await expect(waiting).rejects.toMatchObject({ code: 'device-gpu-lost' });
    await expect(graph.run(input)).rejects.toMatchObject({ code: 'device-gpu-lost' });
  });

  it('ends the making of a graph that would wait for ever, and every later one', async () => {
    const fake = fakeOrt(answer);
    const runtime = new OrtRuntime(fake.ort);
    await runtime.create('a', bytes, 'webgpu');
    Object.assign(fake.ort.InferenceSession, { create: () => new Promise(() => undefined) });
    const waiting = runtime.create('b', bytes, 'webgpu');
    fake.loseGpu({ reason: 'unknown', message: '' });
    await expect(waiting).rejects.toMatchObject({ code: 'device-gpu-lost' });
    await expect(runtime.create('c', bytes, 'wasm')).rejects.toMatchObject({ code: 'device-gpu-lost' });
  });

  it('is told by the first graph where it went while that was made, and nobody had its device', async () => {
    const fake = fakeOrt(() => new Promise(() => undefined));
    let make: () => void = () => undefined;
    const made = new Promise<void>((resolve) => (make = resolve));
    const { create } = fake.ort.InferenceSession;
    Object.assign(fake.ort.InferenceSession, {
      create: (...how: Parameters<typeof create>) => made.then(() => create(...how)),
    });
    const creating = new OrtRuntime(fake.ort).create('a', bytes, 'webgpu');
    fake.loseGpu({ reason: 'unknown', message: '' });
    make();
    await expect((await creating).run(input)).rejects.toMatchObject({ code: 'device-gpu-lost' });
  });

  it('is none when the device was destroyed on purpose', async () => {
    const fake = fakeOrt(answer);
    const graph = await new OrtRuntime(fake.ort).create('a', bytes, 'webgpu');
    fake.loseGpu({ reason: 'destroyed', message: '' });
    expect(Object.keys(await graph.run(input))).toEqual(['y']);
  });
});
