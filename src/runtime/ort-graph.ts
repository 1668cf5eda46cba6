/** ONNX Runtime's sessions as {@link Graph}s: one execution provider each, one queue for all of them. */

import type * as Ort from 'onnxruntime-web';
import { MemoError } from '../errors';
import { lateScript } from '../late-script';
import type { Backend } from '../memobert/estimate';
import { GpuLoss } from './gpu-loss';
import type { Graph, GraphInput, GraphInputs, GraphOnGpu, PlainTensor } from './graph';
import type { OrtModule } from './ort-modules';
import { isNotStarted, notStarted } from './ort-not-started';
import { outOfMemory } from './out-of-memory';
import { Serial } from './serial';
import type { GpuBufferCount } from './protocol';

type Tensors = Readonly<Record<string, PlainTensor>>;

/** As much of ONNX Runtime as is used; tests bring another. */
export type OrtParts = Pick<OrtModule, 'InferenceSession' | 'Tensor'> & {
  readonly env: {
    readonly webgpu: { readonly device: Promise<GPUDevice> };
    readonly wasm?: { wasmBinary?: ArrayBufferLike | Uint8Array | undefined };
  };
};

/**
 * Weights that are stored in few bits are taken apart once, as the graph loads (`training/memobert/packed_table.py`): ONNX Runtime leaves
 * DequantizeLinear to each run otherwise, for fusions with integer operators that our graphs have none of.
 */
const UNPACKING = { session: { disable_quant_qdq: '1' } } as const;

/** Makes graphs. Owns the queue they share: sessions of one context cannot run, nor be made, at once. */
export class OrtRuntime {
  readonly #ort: OrtParts;
  readonly #queue = new Serial();
  readonly #loss = new GpuLoss();

  /** @param buffers those of the GPU, where there is one */
  constructor(
    ort: OrtParts,
    readonly gpuBuffers?: () => GpuBufferCount,
  ) {
    this.#ort = ort;
  }

  /**
   * @param name for messages
   * @param provider the only one asked for: with a list, falling from one to the next goes unseen
   * @param onGpu keeps the outputs on the GPU, where `provider` is WebGPU: {@link Graph.gpu}
   * @throws MemoError `graph-invalid`, `backend-unavailable`, `out-of-memory`, `file-missing`
   */
  async create(name: string, bytes: Uint8Array, provider: Backend, onGpu = false): Promise<Graph> {
    // before the session: nothing is open where it cannot be had
    const gpu = onGpu && provider === 'webgpu' ? await lateScript(() => import('./ort-on-gpu')) : null;
    try {
      // 3 = errors: its warnings are about shape arithmetic that it keeps on the CPU
      const options = {
        executionProviders: [provider],
        graphOptimizationLevel: 'all',
        logSeverityLevel: 3,
        preferredOutputLocation: gpu ? 'gpu-buffer' : 'cpu',
        extra: UNPACKING,
      } as const;
      const session = await this.#queue.run(() =>
        this.#loss.during(this.#ort.InferenceSession.create(bytes, options)),
      );
      // it is compiled: the bytes are needed no more
      if (this.#ort.env.wasm !== undefined) delete this.#ort.env.wasm.wasmBinary;
      const graph = new OrtGraph(name, session, this.#ort, this.#queue, this.#loss);
      if (provider === 'webgpu') {
        // the one device: ONNX Runtime makes it with the first session, for all; its loss is told once
        const device = await this.#ort.env.webgpu.device;
        this.#loss.watch(device);
        graph.gpu = gpu?.onGpu(device, graph);
      }
      return graph;
    } catch (cause) {
      throw (
        this.#loss.error ??
        outOfMemory(cause) ??
        (isNotStarted(cause)
          ? notStarted(provider, cause)
          : new MemoError(
              'graph-invalid',
              `The graph ${name} cannot be loaded on ${provider}.`,
              'The bundle was exported for another version, or is damaged: export it again.',
              cause,
            ))
      );
    }
  }
}

class OrtGraph implements Graph {
  gpu?: GraphOnGpu;
  #closed = false;

  constructor(
    private readonly name: string,
    private readonly session: Ort.InferenceSession,
    private readonly ort: OrtParts,
    private readonly queue: Serial,
    private readonly loss: GpuLoss,
  ) {}

  run(inputs: GraphInputs, outputs?: readonly string[]): Promise<Tensors> {
    return this.inTurn(async () => {
      const answers = await this.outputs(inputs, outputs);
      const plains = Object.entries(answers).map(
        async ([key, answer]) => [key, await plain(answer)] as const,
      );
      return Object.fromEntries(await Promise.all(plains));
    });
  }

  inTurn<T>(step: () => Promise<T>): Promise<T> {
    return this.queue.run(async () => {
      if (this.#closed) throw closed(this.name);
      if (this.loss.error !== null) throw this.loss.error;
      return this.guarded(step());
    });
  }

  async guarded<T>(work: Promise<T>): Promise<T> {
    try {
      return await this.loss.during(work);
    } catch (cause) {
      throw (
        this.loss.error ??
        (cause instanceof MemoError ? cause : (outOfMemory(cause) ?? failed(this.name, cause)))
      );
    }
  }

  /** After the runs before it. */
  close(): Promise<void> {
    return this.queue.run(async () => {
      if (this.#closed) return;
      this.#closed = true;
      await this.session.release();
    });
  }

  async outputs(
    inputs: GraphInputs,
    wanted?: readonly string[],
  ): Promise<Readonly<Record<string, Ort.Tensor>>> {
    const feeds: Record<string, Ort.Tensor> = {};
    try {
      for (const [name, input] of Object.entries(inputs)) feeds[name] = this.#feed(input);
      // it takes undefined for all, which its types do not say
      return await this.session.run(feeds, wanted as readonly string[]);
    } finally {
      for (const tensor of Object.values(feeds)) tensor.dispose();
    }
  }

  #feed(input: GraphInput): Ort.Tensor {
    const { type, dims } = input;
    if ('data' in input) return new this.ort.Tensor(type, input.data, dims);
    return this.ort.Tensor.fromGpuBuffer(input.fill(), { dataType: 'float32', dims });
  }
}

/** The data, which lies in a copy of its own, without the tensor; what is on the GPU is read back. */
async function plain(tensor: Ort.Tensor): Promise<PlainTensor> {
  try {
    const { dims } = tensor;
    const data = tensor.location === 'gpu-buffer' ? await tensor.getData() : tensor.data;
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
    'Use a bundle whose graphs and manifest.json were exported together; or set device="wasm".',
    cause,
  );
}

function closed(name: string): MemoError {
  return new MemoError('aborted', `The graph ${name} has been closed.`, 'Press Start again.');
}
