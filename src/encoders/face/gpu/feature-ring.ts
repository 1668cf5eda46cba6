/** DenseFace's last features, kept on the GPU in a ring: MEmoBERT's input is copied from there, and never seen by the CPU. */
import { momentMissing } from '../../../memobert/moment';
import type { FeatureStore } from '../../../memobert/feature-store';
import type { GpuInput } from '../../../runtime/graph';
import { readGpu } from './read-gpu';

const FLOAT = 4;

export class FeatureRing implements FeatureStore {
  readonly #device: GPUDevice;
  readonly #size: number;
  readonly #capacity: number;
  readonly #ring: GPUBuffer;
  /** MEmoBERT's inputs, by their length: one for each size of batch. */
  readonly #inputs = new Map<number, GPUBuffer>();
  #written = 0;

  /**
   * @param size numbers of a feature
   * @param capacity features kept; the oldest makes room
   */
  constructor(device: GPUDevice, size: number, capacity: number) {
    this.#device = device;
    this.#size = size;
    this.#capacity = capacity;
    const { COPY_SRC, COPY_DST } = GPUBufferUsage;
    this.#ring = device.createBuffer({ size: capacity * this.#rowBytes, usage: COPY_SRC | COPY_DST });
  }

  /** Keeps the feature that `from` begins with. @returns its number, from 0 on */
  write(encoder: GPUCommandEncoder, from: GPUBuffer): number {
    const id = this.#written++;
    encoder.copyBufferToBuffer(from, 0, this.#ring, this.#placeOf(id), this.#rowBytes);
    return id;
  }

  input(rows: readonly (readonly number[])[], places: number): GpuInput {
    return {
      type: 'float32',
      dims: [rows.length, places, this.#size],
      fill: () => {
        const buffer = this.#inputOf(rows.length * places);
        const encoder = this.#device.createCommandEncoder();
        encoder.clearBuffer(buffer);
        rows.forEach((ids, row) => this.#copy(encoder, ids, buffer, row * places * this.#rowBytes));
        this.#device.queue.submit([encoder.finish()]);
        return buffer;
      },
    };
  }

  async read(ids: readonly number[]): Promise<Float32Array> {
    if (ids.some((id) => id < this.#written - this.#capacity)) throw momentMissing();
    return readGpu(this.#device, ids.length * this.#rowBytes, (encoder, to) =>
      this.#copy(encoder, ids, to, 0),
    );
  }

  close(): void {
    this.#ring.destroy();
    for (const buffer of this.#inputs.values()) buffer.destroy();
    this.#inputs.clear();
  }

  /** Neighbours in one go: a window is one or two stretches of the ring. */
  #copy(encoder: GPUCommandEncoder, ids: readonly number[], to: GPUBuffer, offset: number): void {
    for (const { from, at, rows } of stretches(ids.map((id) => id % this.#capacity))) {
      encoder.copyBufferToBuffer(
        this.#ring,
        from * this.#rowBytes,
        to,
        offset + at * this.#rowBytes,
        rows * this.#rowBytes,
      );
    }
  }

  #inputOf(features: number): GPUBuffer {
    const known = this.#inputs.get(features);
    if (known !== undefined) return known;
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
    const buffer = this.#device.createBuffer({
      size: padded(features * this.#rowBytes),
      usage: STORAGE | COPY_SRC | COPY_DST,
    });
    this.#inputs.set(features, buffer);
    return buffer;
  }

  #placeOf(id: number): number {
    return (id % this.#capacity) * this.#rowBytes;
  }

  get #rowBytes(): number {
    return FLOAT * this.#size;
  }
}

export interface Stretch {
  /** First place in the ring. */
  readonly from: number;
  /** Of the first in the list. */
  readonly at: number;
  readonly rows: number;
}

/** Places that follow one another, together. */
export function stretches(places: readonly number[]): Stretch[] {
  const found: Stretch[] = [];
  places.forEach((place, at) => {
    const last = found.at(-1);
    if (last !== undefined && place === last.from + last.rows) {
      found[found.length - 1] = { ...last, rows: last.rows + 1 };
    } else found.push({ from: place, at, rows: 1 });
  });
  return found;
}

/** ONNX Runtime's shaders read four numbers at a time. */
function padded(bytes: number): number {
  return 16 * Math.ceil(bytes / 16);
}
