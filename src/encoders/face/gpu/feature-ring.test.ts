import { expect, it } from 'vitest';
import { FakeGpu } from '../../testing/fake-gpu';
import { FeatureRing, stretches } from './feature-ring';

const SIZE = 2;

/** A ring of four that was given `count` features: [1, -1], [2, -2]... */
function filled(count: number) {
  const gpu = new FakeGpu();
  const ring = new FeatureRing(gpu.device, SIZE, 4);
  const ids = Array.from({ length: count }, (_, index) => {
    const encoder = gpu.device.createCommandEncoder();
    const id = ring.write(encoder, gpu.floats([index + 1, -index - 1, 77]));
    gpu.device.queue.submit([encoder.finish()]);
    return id;
  });
  gpu.copies = 0;
  return { gpu, ring, ids };
}

it('gives back what was written, in the order that is asked for', async () => {
  const { ring, ids } = filled(3);
  expect(ids).toEqual([0, 1, 2]);
  expect([...(await ring.read([2, 0]))]).toEqual([3, -3, 1, -1]);
});

it('fills an input row by row with zeros behind them, when the run’s turn comes', () => {
  const { gpu, ring } = filled(5);
  const input = ring.input([[2, 3, 4], [], [4]], 4);
  expect(input).toMatchObject({ type: 'float32', dims: [3, 4, SIZE] });
  expect(gpu.copies).toBe(0);
  const numbers = gpu.floatsOf(input.fill());
  expect(numbers).toEqual([
    ...[3, -3, 4, -4, 5, -5, 0, 0],
    ...[0, 0, 0, 0, 0, 0, 0, 0],
    ...[5, -5, 0, 0, 0, 0, 0, 0],
  ]);
  // a window over the ring's end is two stretches
  expect(gpu.copies).toBe(3);
});

it('takes one buffer for inputs of one size, and leaves nothing of the last in it', () => {
  const { gpu, ring } = filled(3);
  const first = ring.input([[0, 1, 2]], 3).fill();
  const second = ring.input([[1]], 3).fill();
  expect(second).toBe(first);
  expect(gpu.floatsOf(second).slice(0, 6)).toEqual([2, -2, 0, 0, 0, 0]);
});

it('says so when what is read has made room for newer ones', async () => {
  const { ring } = filled(5);
  await expect(ring.read([0, 1])).rejects.toMatchObject({ code: 'moment-missing' });
  expect([...(await ring.read([1]))]).toEqual([2, -2]);
});

it('tells a lost device as that', async () => {
  const { gpu, ring } = filled(1);
  gpu.lostNow = true;
  await expect(ring.read([0])).rejects.toMatchObject({ code: 'device-gpu-lost' });
});

it('gives all buffers back: what was read at once, its own on closing', async () => {
  const { gpu, ring } = filled(2);
  const ours = gpu.living.size;
  await ring.read([0]);
  expect(gpu.living.size).toBe(ours);
  ring.input([[0]], 3).fill();
  ring.close();
  expect(gpu.living.size).toBe(2); // what the test itself wrote from
});

it('knows stretches', () => {
  expect(stretches([])).toEqual([]);
  expect(stretches([3, 4, 0, 1, 2])).toEqual([
    { from: 3, at: 0, rows: 2 },
    { from: 0, at: 2, rows: 3 },
  ]);
});
