/** What is done about frames that the GPU does not take; that it computes right, `tests/gpu-face.e2e.ts` holds in a browser. */
import { expect, it } from 'vitest';
import type { Graph, GraphOnGpu } from '../../../runtime/graph';
import { FakeGpu } from '../../testing/fake-gpu';
import { FakeGraph } from '../../testing/fake-graph';
import type { DetectedFace, Picture } from '../detector';
import { GpuFace } from './gpu-face';

const face = {
  ...{ sizePx: 2, mean: 100, std: 50, rateHz: 10, maxFrames: 3, featureSize: 3 },
  classes: ['neutral', 'happiness'],
};
const detected: DetectedFace = {
  box: { x: 0, y: 0, width: 10, height: 10 },
  score: 1,
  leftEye: { x: 0, y: 0 },
  rightEye: { x: 5, y: 0 },
};
const frame = { width: 64, height: 48 } as Picture;

/** A graph whose feature is its input's first three numbers; the browser has no compute pipelines, so crops are the CPU's. */
async function make({ classes = 2, logits = [0, 1] } = {}) {
  const gpu = new FakeGpu();
  const seen: number[][] = [];
  const onGpu: GraphOnGpu = {
    device: gpu.device,
    run: (inputs, use) => {
      const input = inputs['faces'];
      if (input === undefined || 'data' in input) throw new TypeError('not on the GPU');
      const numbers = gpu.floatsOf(input.fill());
      seen.push(numbers);
      return use({
        features: { dims: [1, 3], buffer: gpu.floats(numbers.slice(0, 3)) },
        logits: { dims: [1, classes], buffer: gpu.floats(logits) },
      });
    },
  };
  const graph: Graph = Object.assign(new FakeGraph(() => ({})), { gpu: onGpu });
  const cropper = { crop: () => Float32Array.of(0, 100, 150, 250), close: () => undefined };
  const made = await GpuFace.create(graph, face, cropper);
  if (made === null) throw new Error('no GPU');
  return { gpu, made, seen };
}

it('is none by a graph whose outputs come to the CPU', async () => {
  const cropper = { crop: () => new Float32Array(4), close: () => undefined };
  expect(await GpuFace.create(new FakeGraph(() => ({})), face, cropper)).toBeNull();
});

it('takes the CPU’s crop where the GPU cannot make one; the feature stays on the GPU', async () => {
  const { made, seen } = await make();
  const look = await made.look(frame, detected);
  expect(look.croppedOn).toBe('cpu');
  expect(seen).toEqual([[-2, 0, 1, 3]]);
  expect([...look.logits]).toEqual([0, 1]);
  expect(look.light.brightness).toBe(125);
  expect([...(await look.feature.store.read([look.feature.id]))]).toEqual([-2, 0, 1]);
});

it('keeps the faces of forks apart, and numbers each from 0', async () => {
  const { made } = await make();
  const other = made.fork();
  const looks = [await made.look(frame, detected), await other.look(frame, detected)];
  expect(looks.map(({ feature }) => feature.id)).toEqual([0, 0]);
  expect(looks[0]?.feature.store).not.toBe(looks[1]?.feature.store);
});

it('refuses logits that are over other classes, or no numbers', async () => {
  const wrong = await make({ classes: 3, logits: [1, 2, 3] });
  await expect(wrong.made.look(frame, detected)).rejects.toMatchObject({ code: 'graph-invalid' });
  const broken = await make({ logits: [NaN, 1] });
  await expect(broken.made.look(frame, detected)).rejects.toMatchObject({ code: 'graph-invalid' });
});

it('gives back what a session kept, and on closing all', async () => {
  const { gpu, made } = await make();
  const before = gpu.living.size;
  const other = made.fork();
  await other.look(frame, detected);
  const outputs = 2; // the fake graph's own
  expect(gpu.living.size).toBe(before + 1 + outputs);
  other.release();
  expect(gpu.living.size).toBe(before + outputs);
  await made.look(frame, detected);
  await made.fork().look(frame, detected);
  made.close();
  expect(gpu.living.size).toBe(3 * outputs);
});
