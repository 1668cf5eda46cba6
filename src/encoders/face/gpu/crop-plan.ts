/** What the GPU has to know to cut a face out of a frame: the same numbers that the canvas gets. */
import type { DetectedFace, FrameSize } from '../detector';
import { cropTransform, stepOf, TRAINING_PX } from '../framing';

/** Bytes of {@link cropPlan}: the shader's `Plan`. */
export const PLAN_BYTES = 48;

/** How grey becomes the graph's input. */
export interface Scaling {
  /** Side of the graph's input. */
  readonly sizePx: number;
  readonly mean: number;
  readonly std: number;
}

/**
 * The shader's `Plan`: drawn pixel -> frame pixel (x = a u + c v + e, y = b u + d v + f), the frame's size, the scaling.
 * @param frame in the pixels that `face` is in
 */
export function cropPlan(face: DetectedFace, frame: FrameSize, { sizePx, mean, std }: Scaling): ArrayBuffer {
  const step = stepOf(face);
  const { a, b, c, d, e, f } = cropTransform(face, TRAINING_PX * step);
  const determinant = a * d - b * c;
  const plan = new ArrayBuffer(PLAN_BYTES);
  new Float32Array(plan).set([
    ...[d / determinant, -b / determinant, -c / determinant, a / determinant],
    ...[(c * f - d * e) / determinant, (b * e - a * f) / determinant],
    ...[frame.width, frame.height, mean, std],
  ]);
  new Uint32Array(plan).set([step, sizePx], 10);
  return plan;
}
