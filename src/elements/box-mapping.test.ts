import { describe, expect, it } from 'vitest';
import { mapBox } from './box-mapping';

const frame = { width: 640, height: 480 };
const box = { x: 160, y: 120, width: 320, height: 240 };

describe('mapBox', () => {
  it('scales with the view', () => {
    expect(mapBox(box, frame, { width: 320, height: 240 }, 'cover', false)).toEqual({
      x: 80,
      y: 60,
      width: 160,
      height: 120,
    });
  });

  it('cover crops what stands over, contain leaves bars', () => {
    const square = { width: 480, height: 480 };
    expect(mapBox(box, frame, square, 'cover', false)).toEqual({ x: 80, y: 120, width: 320, height: 240 });
    expect(mapBox(box, frame, square, 'contain', false)).toEqual({ x: 120, y: 150, width: 240, height: 180 });
  });

  it('mirrors within the view', () => {
    const left = { x: 0, y: 0, width: 64, height: 48 };
    expect(mapBox(left, frame, frame, 'cover', true)).toEqual({ x: 576, y: 0, width: 64, height: 48 });
  });

  it('has no place before frame and view have a size', () => {
    expect(mapBox(box, { width: 0, height: 0 }, frame, 'cover', false)).toBeNull();
    expect(mapBox(box, frame, { width: 0, height: 0 }, 'cover', false)).toBeNull();
  });
});
