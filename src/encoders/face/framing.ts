/** From where the eyes are to the square that DenseFace was trained on: FER+'s framing, levelled. */
import type { DetectedFace, Point } from './detector';

/** Side of FER+'s pictures. The crop is taken at this size and then enlarged, as the training does: no more detail than it knew. */
export const TRAINING_PX = 48;

/** How a FER+ picture frames its face, in parts of its side. */
export interface Framing {
  /** Side of the square over the size of the detector's box (square). */
  readonly sidePerBox: number;
  /** Where the point halfway between the eyes lies in the square: 0 to 1 from the left, from the top. */
  readonly eyesX: number;
  readonly eyesY: number;
}

/**
 * Medians over 373 FER+ training pictures, as our own finder and detector see them (quartiles 1.08 to 1.33, 0.48 to 0.53,
 * 0.36 to 0.42): `training/browser_path/measure-framing.mjs`. DenseFace's accuracy is flat around them (83 to 86 % for 1.0 to
 * 1.4 boxes and eyes 0.04 higher or lower, all within its standard error of 2 %).
 */
export const FERPLUS_FRAMING: Framing = { sidePerBox: 1.19, eyesX: 0.5, eyesY: 0.396 };

/** As `setTransform(a, b, c, d, e, f)` takes it: x' = a x + c y + e, y' = b x + d y + f. */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/** Side in frame pixels of the square that is cut out. */
export function sideOf(face: DetectedFace, framing: Framing = FERPLUS_FRAMING): number {
  return framing.sidePerBox * Math.sqrt(face.box.width * face.box.height);
}

/** A face over the whole of a full-HD frame is averaged 22 to 1; beyond 16 the rest aliases a little, unseen at 48 pixels. */
const MAX_STEP = 16;

/** Drawn pixels along a side for one of the training's: the square is drawn at about the frame's own scale, and then averaged. */
export function stepOf(face: DetectedFace, framing: Framing = FERPLUS_FRAMING): number {
  return Math.min(Math.max(Math.ceil(sideOf(face, framing) / TRAINING_PX), 1), MAX_STEP);
}

/**
 * Frame pixels -> crop pixels: turned so that the eyes are level, scaled and placed as FER+ places them.
 * @param sizePx side of the crop
 */
export function cropTransform(
  face: DetectedFace,
  sizePx: number,
  framing: Framing = FERPLUS_FRAMING,
): Affine {
  const scale = sizePx / sideOf(face, framing);
  const roll = Math.atan2(face.rightEye.y - face.leftEye.y, face.rightEye.x - face.leftEye.x);
  const a = scale * Math.cos(roll);
  const b = -scale * Math.sin(roll);
  const eyes = middle(face.leftEye, face.rightEye);
  return {
    a,
    b,
    c: -b,
    d: a,
    e: framing.eyesX * sizePx - (a * eyes.x - b * eyes.y),
    f: framing.eyesY * sizePx - (b * eyes.x + a * eyes.y),
  };
}

export function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

export function apply({ a, b, c, d, e, f }: Affine, { x, y }: Point): Point {
  return { x: a * x + c * y + e, y: b * x + d * y + f };
}
