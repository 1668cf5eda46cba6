import { describe, expect, it } from 'vitest';
import type { DetectedFace, Point } from './detector';
import { apply, cropTransform, FERPLUS_FRAMING, middle, sideOf } from './framing';

/** A face of `side` pixels with its eyes' middle at `eyes`, turned by `roll` about it. */
function face(eyes: Point, side: number, roll = 0): DetectedFace & { readonly mouth: Point } {
  const at = (x: number, y: number) => ({
    x: eyes.x + side * (x * Math.cos(roll) - y * Math.sin(roll)),
    y: eyes.y + side * (x * Math.sin(roll) + y * Math.cos(roll)),
  });
  return {
    box: { x: eyes.x - side / 2, y: eyes.y - side / 4, width: side, height: side },
    score: 1,
    leftEye: at(-0.2, 0),
    rightEye: at(0.2, 0),
    mouth: at(0, 0.4),
  };
}

describe.each([0, 0.3, -0.5, 1.5])('a face turned by %d rad', (roll) => {
  const seen = face({ x: 310, y: 120 }, 90, roll);
  const transform = cropTransform(seen, 64);

  it('has its eyes level, and where FER+ has them', () => {
    const left = apply(transform, seen.leftEye);
    const right = apply(transform, seen.rightEye);
    expect(left.y).toBeCloseTo(right.y);
    expect(left.x).toBeLessThan(right.x);
    expect(middle(left, right).x).toBeCloseTo(64 * FERPLUS_FRAMING.eyesX);
    expect(middle(left, right).y).toBeCloseTo(64 * FERPLUS_FRAMING.eyesY);
  });

  it('is upright and of the same size', () => {
    const mouth = apply(transform, seen.mouth);
    const eyes = middle(apply(transform, seen.leftEye), apply(transform, seen.rightEye));
    expect(mouth.x).toBeCloseTo(eyes.x);
    expect(mouth.y - eyes.y).toBeCloseTo((0.4 * 64) / FERPLUS_FRAMING.sidePerBox);
  });
});

it('scales with the face and the crop', () => {
  const framing = { sidePerBox: 1.25, eyesX: 0.5, eyesY: 0.3 };
  expect(sideOf(face({ x: 0, y: 0 }, 80), framing)).toBeCloseTo(100);
  const { a, b, c, d } = cropTransform(face({ x: 0, y: 0 }, 80), 50, framing);
  expect([a, b, c, d].map((value) => value + 0)).toEqual(
    [0.5, 0, 0, 0.5].map((value) => expect.closeTo(value)),
  );
});
