import { describe, expect, it } from 'vitest';
import type { Box } from '../../memobert/estimate';
import type { DetectedFace, Picture } from './detector';
import { around, FaceFinder, tiles } from './finder';

const size = { width: 640, height: 480 };
const whole = { x: 0, y: 0, ...size };
const frame = { ...size } as Picture;
const square = (x: number, y: number, side: number): Box => ({ x, y, width: side, height: side });

function face(box: Box, score = 0.9): DetectedFace {
  const point = { x: box.x, y: box.y };
  return {
    box,
    score,
    leftEye: point,
    rightEye: point,
  };
}

/** Sees the faces that lie in the region and take up at least a quarter of it, as a coarse detector does. */
function make(present: readonly Box[]) {
  const looks: Box[] = [];
  const finder = new FaceFinder({
    look: (_, region) => {
      looks.push(region);
      return present
        .filter(
          (box) =>
            box.width >= region.width / 4 &&
            box.x >= region.x &&
            box.y >= region.y &&
            box.x + box.width <= region.x + region.width &&
            box.y + box.height <= region.y + region.height,
        )
        .map((box) => face(box, region.width / 1_000));
    },
    close: () => undefined,
  });
  return { finder, looks };
}

describe('FaceFinder', () => {
  it('needs one look for a face near the camera', () => {
    const { finder, looks } = make([square(200, 100, 200)]);
    expect(finder.find(frame, size, null).map(({ box }) => box)).toEqual([square(200, 100, 200)]);
    expect(looks).toEqual([whole]);
  });

  it('finds a small face anywhere, one tile a frame, and begins in the middle', () => {
    for (const box of [
      square(10, 10, 80),
      square(280, 200, 80),
      square(550, 390, 80),
      square(150, 330, 80),
    ]) {
      const { finder, looks } = make([box]);
      let found: readonly DetectedFace[] = [];
      for (let count = 0; count < tiles(size).length && found.length === 0; count++) {
        found = finder.find(frame, size, null);
      }
      expect(found.map((one) => one.box)).toEqual([box]);
      expect(looks.filter((region) => region.width === 640)).toHaveLength(looks.length / 2);
      if (box.x === 280) expect(looks).toHaveLength(2);
    }
  });

  it('looks where the followed face was when the whole frame does not show it', () => {
    const { finder, looks } = make([square(300, 300, 60), square(50, 50, 200)]);
    const faces = finder.find(frame, size, square(290, 305, 60));
    expect(faces.map(({ box }) => box)).toEqual([square(50, 50, 200), square(300, 300, 60)]);
    expect(looks).toEqual([whole, around(square(290, 305, 60))]);
  });

  it('names a face that two looks show once', () => {
    const { finder } = make([square(100, 100, 200)]);
    expect(finder.find(frame, size, square(200, 200, 200))).toHaveLength(1);
  });

  it('measures a face from near, and keeps it as it was when that fails', () => {
    const { finder } = make([square(305, 300, 60)]);
    const coarse = face(square(300, 300, 60));
    expect(finder.refine(frame, coarse).box).toEqual(square(305, 300, 60));
    expect(make([]).finder.refine(frame, coarse)).toBe(coarse);
    expect(make([square(245, 260, 60)]).finder.refine(frame, coarse)).toBe(coarse);
  });
});

describe('tiles', () => {
  it.each([
    { width: 640, height: 480 },
    { width: 480, height: 640 },
    { width: 1920, height: 1080 },
    { width: 64, height: 64 },
  ])('cover $width x $height', ({ width, height }) => {
    const places = tiles({ width, height });
    for (const x of [0, width / 3, width - 1]) {
      for (const y of [0, height / 2, height - 1]) {
        expect(
          places.some(
            (tile) => x >= tile.x && x < tile.x + tile.width && y >= tile.y && y < tile.y + tile.height,
          ),
        ).toBe(true);
      }
    }
    expect(places.length).toBeLessThanOrEqual(18);
  });
});
