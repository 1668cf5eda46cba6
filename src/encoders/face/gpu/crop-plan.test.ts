import { expect, it } from 'vitest';
import type { DetectedFace } from '../detector';
import { apply, cropTransform, stepOf, TRAINING_PX } from '../framing';
import { cropPlan, PLAN_BYTES } from './crop-plan';

const face: DetectedFace = {
  box: { x: 200, y: 100, width: 150, height: 150 },
  score: 1,
  leftEye: { x: 240, y: 150 },
  rightEye: { x: 310, y: 170 },
};

it('leads drawn pixels to where the canvas takes them from', () => {
  const plan = cropPlan(face, { width: 640, height: 480 }, { sizePx: 64, mean: 129, std: 65 });
  expect(plan.byteLength).toBe(PLAN_BYTES);
  const [ax = 0, ay = 0, dx = 0, dy = 0, ox = 0, oy = 0, ...rest] = new Float32Array(plan, 0, 10);
  const step = stepOf(face);
  const toDrawn = cropTransform(face, TRAINING_PX * step);
  for (const [u, v] of [
    [0.5, 0.5],
    [100, 20],
    [TRAINING_PX * step, TRAINING_PX * step],
  ] as const) {
    const inFrame = { x: ax * u + dx * v + ox, y: ay * u + dy * v + oy };
    const back = apply(toDrawn, inFrame);
    expect(back.x).toBeCloseTo(u, 2);
    expect(back.y).toBeCloseTo(v, 2);
  }
  expect(rest).toEqual([640, 480, 129, 65]);
  expect([...new Uint32Array(plan, 40)]).toEqual([step, 64]);
});
