import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { cropPlan, PLAN_BYTES } from '../src/encoders/face/gpu/crop-plan';
import { TRAINING_PX } from '../src/encoders/face/framing';
import { perUpdate, table } from './per-update.mjs';

const at = (path: string) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
const manifest: unknown = JSON.parse(at('../public/models/small/manifest.json'));

it('counts what the shader does: as many samples, as many bytes of its plan', () => {
  const boxPx = 200;
  const [first] = perUpdate(manifest, { boxPx });
  const face = {
    ...{ box: { x: 0, y: 0, width: boxPx, height: boxPx }, score: 1 },
    ...{ leftEye: { x: 0, y: 0 }, rightEye: { x: 9, y: 0 } },
  };
  const plan = cropPlan(face, { width: 640, height: 480 }, { sizePx: 64, mean: 0, std: 1 });
  const [step = 0] = new Uint32Array(plan, 40);
  expect(first?.multiplications).toBe(32 * (TRAINING_PX * step) ** 2);
  expect(first?.between).toBe(PLAN_BYTES);
});

it('brings 40 bytes of a look back, and sends none of a face’s features', () => {
  const stages = perUpdate(manifest);
  const of = (name: string) => stages.find(({ stage }) => stage.startsWith(name));
  expect(of('feature to ring')?.between).toBe(40);
  expect(of('ring to MEmoBERT')).toMatchObject({ between: 0, cpuWay: 7 * 36 * 342 * 4 });
});

it('grows with the rows of the batch, but for the weights', () => {
  const [one, three] = [1, 3].map((rows) => perUpdate(manifest, { rows }).at(-1));
  expect(three?.multiplications).toBe(3 * (one?.multiplications ?? NaN));
  expect(three?.onGpu).toBeLessThan(3 * (one?.onGpu ?? NaN));
});

it('is what bench/README.md says', () => {
  const squeeze = (text: string) => text.replace(/ +/g, ' ').replace(/-+/g, '-');
  expect(squeeze(at('README.md'))).toContain(squeeze(table(perUpdate(manifest))));
});
