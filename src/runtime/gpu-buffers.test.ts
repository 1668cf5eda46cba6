import { expect, it } from 'vitest';
import { GpuBuffers } from './gpu-buffers';

class FakeBuffer {
  destroyed = 0;
  destroy(): undefined {
    this.destroyed += 1;
  }
}

class FakeDevice {
  readonly made: FakeBuffer[] = [];
  createBuffer(descriptor: GPUBufferDescriptor): GPUBuffer {
    expect(descriptor.size).toBeGreaterThan(0);
    const buffer = new FakeBuffer();
    this.made.push(buffer);
    return buffer as unknown as GPUBuffer;
  }
}

it('counts what any device makes until it is destroyed, once', () => {
  class Device extends FakeDevice {}
  Device.prototype.createBuffer = FakeDevice.prototype.createBuffer;
  const buffers = new GpuBuffers();
  buffers.watch(Device.prototype);
  const [one, other] = [new Device(), new Device()];
  const first = one.createBuffer({ size: 100, usage: 0 });
  other.createBuffer({ size: 28, usage: 0 });
  expect(buffers.count).toEqual({ buffers: 2, bytes: 128 });
  first.destroy();
  first.destroy();
  expect(buffers.count).toEqual({ buffers: 1, bytes: 28 });
  expect([one.made.length, other.made.length, one.made[0]?.destroyed]).toEqual([1, 1, 2]);
});
