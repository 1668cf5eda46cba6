import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { property } from '../testing/fuzz';
import { GUIDE_GAP, guidePlace } from './guide-place';

const view = { width: 1000, height: 800 };
const box = { width: 300, height: 200 };

describe('a guide’s box', () => {
  it('stands below what it speaks of', () => {
    expect(guidePlace({ left: 50, top: 100, width: 400, height: 80 }, box, view)).toEqual({
      left: 50,
      top: 180 + GUIDE_GAP,
    });
  });

  it('stands above it where there is no room below', () => {
    expect(guidePlace({ left: 50, top: 500, width: 400, height: 250 }, box, view)).toEqual({
      left: 50,
      top: 300 - GUIDE_GAP,
    });
  });

  it('covers the lower edge of what fills the window', () => {
    expect(guidePlace({ left: 0, top: -20, width: 1000, height: 900 }, box, view)).toEqual({
      left: GUIDE_GAP,
      top: 600 - GUIDE_GAP,
    });
  });

  const pixels = fc.integer({ min: -3000, max: 3000 });
  const size = fc.integer({ min: 0, max: 3000 });
  property(
    'a guide that never leaves a window that it fits into',
    100,
    [fc.record({ left: pixels, top: pixels, width: size, height: size })],
    (anchor) => {
      const { left, top } = guidePlace(anchor, box, view);
      expect(left).toBeGreaterThanOrEqual(GUIDE_GAP);
      expect(top).toBeGreaterThanOrEqual(GUIDE_GAP);
      expect(left + box.width).toBeLessThanOrEqual(view.width - GUIDE_GAP);
      expect(top + box.height).toBeLessThanOrEqual(view.height - GUIDE_GAP);
    },
  );
});
