/** A graph for tests: answers by a function, and keeps what it was asked. */
import type { Graph, PlainTensor } from '../../runtime/graph';

export type Tensors = Readonly<Record<string, PlainTensor>>;

export class FakeGraph implements Graph {
  readonly asked: Tensors[] = [];

  constructor(private readonly answer: (inputs: Tensors) => Tensors | Promise<Tensors>) {}

  async run(inputs: Tensors): Promise<Tensors> {
    this.asked.push(inputs);
    return this.answer(inputs);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export function float32(dims: readonly number[], data: ArrayLike<number>): PlainTensor {
  return { type: 'float32', dims, data: Float32Array.from(data) };
}

/** The speech gate's graph, which hears speech wherever a block's first new sample is not 0. */
export function fakeSilero(): FakeGraph {
  return new FakeGraph(({ input }) => ({
    output: float32([1, 1], [input?.data[64] === 0 ? 0 : 1]),
    stateN: float32([2, 1, 128], new Float32Array(256).fill(1)),
  }));
}
