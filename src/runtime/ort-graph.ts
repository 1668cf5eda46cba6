/** ONNX Runtime's sessions as {@link Graph}s: one execution provider each, one queue for all of them. */

import type * as Ort from 'onnxruntime-web';
import { MemoError } from '../errors';
import type { Backend } from '../memobert/estimate';
import { GpuLoss } from './gpu-loss';
import type { Graph, PlainTensor } from './graph';
import type { OrtModule } from './ort-modules';
import { isNotStarted, notStarted } from './ort-not-started';
import { outOfMemory } from './out-of-memory';
import { Serial } from './serial';

type Tensors = Readonly<Record<string, PlainTensor>>;

/** As much of ONNX Runtime as is used; tests bring another. */
export type OrtParts = Pick<OrtModule, 'InferenceSession' | 'Tensor'> & {
  readonly env: {
    readonly webgpu: { readonly device: Promise<GPUDevice> };
    readonly wasm?: { wasmBinary?: ArrayBufferLike | Uint8Array | undefined };
  };
};

/** Makes graphs. Owns the queue they share: sessions of one context cannot run, nor be made, at once. */
export class OrtRuntime {
  readonly #ort: OrtParts;
  readonly #queue = new Serial();
  readonly #loss = new GpuLoss();
  #watching = false;

  constructor(ort: OrtParts) {
    this.#ort = ort;
  }

  /**
   * @param name for messages
   * @param provider the only one asked for: with a list, falling from one to the next goes unseen
   * @throws MemoError `graph-invalid`, `backend-unavailable`, `out-of-memory`
   */
  async create(name: string, bytes: Uint8Array, provider: Backend): Promise<Graph> {
    try {
      // 3 = errors: its warnings are about shape arithmetic that it keeps on the CPU
      const options = {
        executionProviders: [provider],
        graphOptimizationLevel: 'all',
        logSeverityLevel: 3,
      } as const;
      const session = await this.#queue.run(() => this.#ort.InferenceSession.create(bytes, options));
      // it is compiled: the bytes are needed no more
      if (this.#ort.env.wasm !== undefined) delete this.#ort.env.wasm.wasmBinary;
      if (provider === 'webgpu') await this.#watch();
      return new OrtGraph(name, session, this.#ort, this.#queue, this.#loss);
    } catch (cause) {
      const shortage = outOfMemory(cause);
      if (shortage !== null) throw shortage;
      if (isNotStarted(cause)) throw notStarted(provider, cause);
      throw new MemoError(
        'graph-invalid',
        `The graph ${name} cannot be loaded on ${provider}.`,
        'The bundle was exported for another version, or is damaged: export it again.',
        cause,
      );
    }
  }

  async #watch(): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    this.#loss.watch(await this.#ort.env.webgpu.device);
  }
}

class OrtGraph implements Graph {
  #closed = false;

  constructor(
    private readonly name: string,
    private readonly session: Ort.InferenceSession,
    private readonly ort: OrtParts,
    private readonly queue: Serial,
    private readonly loss: GpuLoss,
  ) {}

  run(inputs: Tensors, outputs?: readonly string[]): Promise<Tensors> {
    return this.queue.run(async () => {
      if (this.#closed) throw closed(this.name);
      if (this.loss.error !== null) throw this.loss.error;
      try {
        // a lost device may leave the run pending for ever
        return await Promise.race([this.#run(inputs, outputs), this.loss.happened]);
      } catch (cause) {
        throw this.loss.error ?? outOfMemory(cause) ?? failed(this.name, cause);
      }
    });
  }

  /** After the runs before it. */
  close(): Promise<void> {
    return this.queue.run(async () => {
      if (this.#closed) return;
      this.#closed = true;
      await this.session.release();
    });
  }

  async #run(inputs: Tensors, wanted?: readonly string[]): Promise<Tensors> {
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([key, { type, data, dims }]) => [
        key,
        new this.ort.Tensor(type, data, dims),
      ]),
    );
    try {
      const outputs = await (wanted === undefined
        ? this.session.run(feeds)
        : this.session.run(feeds, wanted));
      return Object.fromEntries(Object.entries(outputs).map(([key, output]) => [key, plain(output)]));
    } finally {
      for (const tensor of Object.values(feeds)) tensor.dispose();
    }
  }
}

/** The data, which lies in a copy of its own, without the tensor. */
function plain(tensor: Ort.Tensor): PlainTensor {
  try {
    const { data, dims } = tensor;
    if (data instanceof Float32Array) return { type: 'float32', dims, data };
    if (data instanceof Int32Array) return { type: 'int32', dims, data };
    if (data instanceof BigInt64Array) return { type: 'int64', dims, data };
    throw new TypeError(`an output is ${tensor.type}`);
  } finally {
    tensor.dispose();
  }
}

function failed(name: string, cause: unknown): MemoError {
  return new MemoError(
    'graph-invalid',
    `The graph ${name} failed on its inputs.`,
    'Use a bundle whose graphs and manifest.json were exported together; or choose the CPU instead.',
    cause,
  );
}

function closed(name: string): MemoError {
  return new MemoError('aborted', `The graph ${name} has been closed.`, 'Press Start again.');
}
