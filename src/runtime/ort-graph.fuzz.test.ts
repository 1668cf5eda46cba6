/** Graphs that are made, run and closed in any order, of an ONNX Runtime that answers late, fails, or loses its GPU. */

import fc from 'fast-check';
import { expect } from 'vitest';
import { outcome, property } from '../testing/fuzz';
import type { Graph, GraphInputs } from './graph';
import { OrtRuntime, type OrtParts } from './ort-graph';

/** What ONNX Runtime has made and not been given back. */
class World {
  readonly tensors = new Set<object>();
  readonly sessions = new Set<object>();
  /** What it is at: of one context, one thing at a time. */
  readonly under: { readonly end: () => void; readonly fail: () => void }[] = [];
  readonly asked = new Set<Promise<unknown>>();
  readonly graphs: Graph[] = [];
  /** There is a GPU: the first graph on it brings its device. */
  gpu = false;
  lost = false;
  readonly ort: OrtParts;
  #lose: (info: { reason: string; message: string }) => void = () => undefined;

  constructor() {
    const { tensors, sessions } = this;
    class Tensor {
      constructor(
        readonly type: string,
        readonly data: unknown,
        readonly dims: readonly number[],
        readonly location = 'cpu',
      ) {
        if (dims.length === 0) throw new TypeError('a tensor without dimensions');
        tensors.add(this);
      }
      static fromGpuBuffer(buffer: unknown, { dims }: { dims: readonly number[] }) {
        return new Tensor('float32', buffer, dims, 'gpu-buffer');
      }
      get gpuBuffer(): unknown {
        return this.data;
      }
      getData(): Promise<unknown> {
        return work(() => this.data);
      }
      dispose(): void {
        expect(tensors.delete(this), 'disposed once').toBe(true);
      }
    }
    const work = this.work.bind(this);
    const create = (
      _bytes: Uint8Array,
      { preferredOutputLocation: at }: { preferredOutputLocation: string },
    ) =>
      this.work(() => {
        const session = {
          run: () =>
            this.work(() => {
              const of = (type: string) => new Tensor(type, Float32Array.of(1), [1], at);
              return { y: of('float32'), z: of('float32') };
            }),
          release: () => {
            expect(sessions.delete(session), 'released once').toBe(true);
            return Promise.resolve();
          },
        };
        sessions.add(session);
        return session;
      });
    const lost = new Promise((resolve) => (this.#lose = resolve));
    const env = { webgpu: { device: Promise.resolve({ lost }) } };
    this.ort = { InferenceSession: { create }, Tensor, env } as unknown as OrtParts;
  }

  /** Ends when the test says so, and on a lost GPU never. */
  work<T>(make: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.under.push({
        end: () => resolve(make()),
        fail: () => reject(new Error('ERROR_CODE: 1, ERROR_MESSAGE: odd')),
      });
    });
  }

  lose(): void {
    this.lost = true;
    this.under.length = 0;
    this.#lose({ reason: 'unknown', message: '' });
  }

  /** Each is answered once, or refused with a MemoError. */
  ask(work: Promise<unknown>): void {
    const noted: Promise<unknown> = outcome(() => work).finally(() => this.asked.delete(noted));
    this.asked.add(noted);
  }

  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 20; quiet += 1) {
      if (this.under.length > 0 && !this.lost) quiet = 0;
      if (!this.lost) this.under.shift()?.end();
      await new Promise(setImmediate);
    }
    expect(this.asked.size, 'requests that hang').toBe(0);
  }
}

const one = { type: 'float32', dims: [1], data: Float32Array.of(1) } as const;
const filled = (fill: () => GPUBuffer) => ({ type: 'float32', dims: [1], fill }) as const;
const INPUTS: readonly GraphInputs[] = [
  { a: one },
  { a: one, b: filled(() => new ArrayBuffer(1) as unknown as GPUBuffer) },
  { a: one, b: { ...one, dims: [] } },
  {
    a: one,
    b: filled(() => {
      throw new Error('no buffer');
    }),
  },
];

const ACTIONS = fc.record({
  kind: fc.constantFrom(
    ...(['create', 'create', 'run', 'run', 'look', 'look', 'end', 'end', 'end'] as const),
    ...(['turn', 'turn', 'fail', 'close', 'settle', 'lose'] as const),
  ),
  which: fc.nat(5),
});

// a script that comes late takes long the first time
await import('./ort-on-gpu');

property(
  'graphs that are made, run and closed in any order leave nothing behind',
  150,
  [fc.array(ACTIONS, { maxLength: 40, size: 'max' })],
  async (actions) => {
    const world = new World();
    const runtime = new OrtRuntime(world.ort);
    const create = (which: number) => {
      const made = runtime.create('a', Uint8Array.of(1), which > 1 ? 'webgpu' : 'wasm', which > 2);
      world.ask(
        made.then((graph) => {
          world.gpu ||= which > 1;
          world.graphs.push(graph);
        }),
      );
    };
    for (const { kind, which } of actions) {
      const graph = world.graphs[which % Math.max(1, world.graphs.length)];
      const inputs = INPUTS[which % INPUTS.length] ?? {};
      if (kind === 'create') create(which);
      if (kind === 'run' && graph !== undefined) world.ask(graph.run(inputs));
      if (kind === 'look' && graph?.gpu !== undefined)
        world.ask(
          graph.gpu.run(inputs, ({ y }) => {
            if (which === 0) throw new Error('what reads it fails');
            return world.work(() => y?.dims);
          }),
        );
      if (kind === 'close' && graph !== undefined) world.ask(graph.close());
      if (kind === 'end') world.under.shift()?.end();
      if (kind === 'fail') world.under.shift()?.fail();
      if (kind === 'lose' && which === 0 && world.gpu) world.lose();
      if (kind === 'turn') await new Promise(setImmediate);
      if (kind === 'settle') {
        await world.settle();
        if (!world.lost) expect(world.tensors.size, 'tensors that nobody disposed').toBe(0);
      }
    }
    await world.settle();
    // of a lost GPU nothing is had back; without, all goes on
    if (world.lost) return;
    create(3);
    await world.settle();
    const last = world.graphs.at(-1);
    world.ask(last?.run({ a: one }) ?? Promise.reject(new Error('no graph')));
    for (const graph of world.graphs) world.ask(graph.close());
    await world.settle();
    expect([world.tensors.size, world.sessions.size]).toEqual([0, 0]);
  },
);
