/** As much of a GPUDevice as buffers need: copies happen at once when they are submitted. A test reads `bytesOf`. */

const USAGE = { MAP_READ: 1, COPY_SRC: 4, COPY_DST: 8, UNIFORM: 64, STORAGE: 128 };

export class FakeBuffer {
  readonly bytes: Uint8Array<ArrayBuffer>;

  constructor(
    readonly size: number,
    private readonly device: FakeGpu,
  ) {
    this.bytes = new Uint8Array(size);
  }

  mapAsync(): Promise<void> {
    return this.device.lostNow ? Promise.reject(new DOMException('lost', 'AbortError')) : Promise.resolve();
  }

  getMappedRange(): ArrayBuffer {
    return this.bytes.buffer;
  }

  destroy(): void {
    this.device.living.delete(this);
  }
}

type Command = () => void;

export class FakeGpu {
  readonly living = new Set<FakeBuffer>();
  /** `copyBufferToBuffer`s that were submitted. */
  copies = 0;
  lostNow = false;

  readonly queue = {
    submit: (lists: readonly (readonly Command[])[]) => {
      for (const list of lists) for (const command of list) command();
    },
    writeBuffer: (to: FakeBuffer, offset: number, data: Float32Array) => {
      to.bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    },
  };

  /** The globals that browsers with WebGPU have, for as long as the tests of a file run. */
  constructor() {
    Object.assign(globalThis, { GPUBufferUsage: USAGE, GPUMapMode: { READ: 1 } });
  }

  get device(): GPUDevice {
    return this as unknown as GPUDevice;
  }

  createBuffer({ size }: { size: number }): FakeBuffer {
    const buffer = new FakeBuffer(size, this);
    this.living.add(buffer);
    return buffer;
  }

  createCommandEncoder() {
    const commands: Command[] = [];
    return {
      clearBuffer: (buffer: FakeBuffer) => commands.push(() => buffer.bytes.fill(0)),
      copyBufferToBuffer: (from: FakeBuffer, at: number, to: FakeBuffer, offset: number, bytes: number) => {
        commands.push(() => {
          this.copies += 1;
          to.bytes.set(from.bytes.subarray(at, at + bytes), offset);
        });
      },
      finish: () => commands,
    };
  }

  pushErrorScope(): void {
    // nothing is wrong by itself
  }

  popErrorScope(): Promise<null> {
    return Promise.resolve(null);
  }

  /** A buffer that holds these numbers. */
  floats(numbers: readonly number[]): GPUBuffer {
    const buffer = this.createBuffer({ size: 4 * numbers.length });
    buffer.bytes.set(new Uint8Array(Float32Array.from(numbers).buffer));
    return buffer as unknown as GPUBuffer;
  }

  floatsOf(buffer: GPUBuffer): number[] {
    return [...new Float32Array((buffer as unknown as FakeBuffer).bytes.buffer)];
  }
}
