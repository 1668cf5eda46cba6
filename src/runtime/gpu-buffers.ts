/** The GPU's buffers, ours and ONNX Runtime's: how many there are, and how large. Fetched with WebGPU alone. */

import type { GpuBufferCount } from './protocol';

/** What makes buffers: a device, or the prototype of all of this worker. */
type Maker = Pick<GPUDevice, 'createBuffer'>;

/** One buffer while it counts. */
interface Held {
  readonly bytes: number;
}

export class GpuBuffers {
  readonly #held = new Set<Held>();
  /** ONNX Runtime lets a buffer go without destroying it: it counts until it is collected. */
  readonly #collected = new FinalizationRegistry<Held>((held) => this.#held.delete(held));

  /** Counts what `maker` makes from now on. */
  watch(maker: Maker): void {
    const held = this.#held;
    const collected = this.#collected;
    const make = Reflect.get(maker, 'createBuffer') as Maker['createBuffer'];
    maker.createBuffer = function (this: GPUDevice, descriptor) {
      const buffer = make.call(this, descriptor);
      const own: Held = { bytes: descriptor.size };
      held.add(own);
      collected.register(buffer, own);
      const destroy = buffer.destroy.bind(buffer);
      buffer.destroy = () => {
        held.delete(own);
        destroy();
      };
      return buffer;
    };
  }

  get count(): GpuBufferCount {
    return { buffers: this.#held.size, bytes: [...this.#held].reduce((sum, { bytes }) => sum + bytes, 0) };
  }
}

let all: GpuBuffers | null = null;

/** Counts those of this worker, from the first call on: every device's, for ONNX Runtime makes its own. */
export function gpuBuffers(): () => GpuBufferCount {
  if (all === null) {
    all = new GpuBuffers();
    all.watch(GPUDevice.prototype);
  }
  const buffers = all;
  return () => buffers.count;
}
