import { describe, expect, it } from 'vitest';
import type { Box } from '../../memobert/estimate';
import { FaceTracker, overlap } from './tracker';

const box = (x: number, side: number) => ({ x, y: 0, width: side, height: side });

describe('FaceTracker', () => {
  it('follows the largest face first', () => {
    expect(new FaceTracker().follow([box(0, 50), box(200, 80), box(400, 60)], 0)).toBe(1);
  });

  it('stays with it when another grows larger or the order changes', () => {
    const tracker = new FaceTracker();
    tracker.follow([box(0, 80), box(200, 50)], 0);
    expect(tracker.follow([box(200, 150), box(10, 80)], 0.1)).toBe(1);
  });

  it('follows a face that moves', () => {
    const tracker = new FaceTracker();
    tracker.follow([box(0, 100)], 0);
    for (let step = 1; step < 20; step++) {
      expect(tracker.follow([box(900, 120), box(step * 30, 100)], step / 10)).toBe(1);
    }
  });

  it('waits a second for a face out of sight, and takes it up again', () => {
    const tracker = new FaceTracker();
    tracker.follow([box(0, 80)], 0);
    expect(tracker.follow([box(200, 200)], 0.5)).toBeNull();
    expect(tracker.follow([], 0.7)).toBeNull();
    expect(tracker.follow([box(200, 200), box(5, 80)], 0.9)).toBe(1);
  });

  it('turns to the largest once it is lost', () => {
    const tracker = new FaceTracker();
    tracker.follow([box(0, 80)], 0);
    expect(tracker.follow([box(200, 60), box(400, 90)], 1.01)).toBe(1);
  });

  it('expects nobody in the place of one who has left, till somebody comes', () => {
    const tracker = new FaceTracker();
    tracker.follow([box(0, 80)], 0);
    for (const timeS of [0.5, 1]) expect(tracker.follow([], timeS)).toBeNull();
    expect(tracker.expected, 'may come back').toEqual(box(0, 80));
    tracker.follow([], 1.1);
    expect(tracker.expected).toBeNull();
    expect(tracker.follow([box(300, 40)], 5)).toBe(0);
    expect(tracker.expected).toEqual(box(300, 40));
    expect(tracker.turned, 'somebody else').toBe(true);
    // looks may be further apart than that: who was there in the last one is looked for
    tracker.follow([box(300, 40)], 9);
    expect(tracker.expected).toEqual(box(300, 40));
  });

  it('begins anew where the clock goes back, as a film that is played again', () => {
    const tracker = new FaceTracker();
    tracker.follow([box(0, 80)], 60);
    expect(tracker.follow([box(300, 80)], 59.5), 'a frame that came late').toBeNull();
    expect(tracker.follow([box(300, 80)], 0)).toBe(0);
    expect(tracker.follow([box(305, 80), box(600, 90)], 0.1)).toBe(0);
  });

  it('of looks two seconds apart knows by the one before who it was', () => {
    const tracker = new FaceTracker();
    for (const timeS of [0, 2]) tracker.follow([box(0, 80)], timeS);
    expect(tracker.follow([box(200, 90), box(5, 80)], 4)).toBe(1);
    expect(tracker.follow([box(200, 90)], 6), 'gone').toBe(0);
  });

  it('forgets on reset', () => {
    const tracker = new FaceTracker();
    tracker.follow([box(0, 80)], 0);
    tracker.reset();
    expect(tracker.follow([box(200, 60)], 0.1)).toBe(0);
  });

  it('follows whom it is told to, though others are larger, also when a frame misses them', () => {
    const tracker = new FaceTracker();
    const both = [box(0, 90), box(200, 60)];
    expect(tracker.follow(both, 0)).toBe(0);
    tracker.choose(box(205, 60));
    expect(tracker.expected).toEqual(box(205, 60));
    expect(tracker.follow([box(0, 90)], 0.1)).toBeNull();
    expect(tracker.follow(both, 0.2)).toBe(1);
    tracker.choose(box(0, 90));
    tracker.reset();
    expect(tracker.follow([box(200, 95), box(0, 90)], 0.3)).toBe(0);
  });

  describe('tells of a turn to somebody else', () => {
    /** What it told at each of these frames. */
    function turns(frames: readonly { at: number; boxes: readonly Box[]; choice?: Box }[]): boolean[] {
      const tracker = new FaceTracker();
      return frames.map(({ at, boxes, choice }) => {
        if (choice !== undefined) tracker.choose(choice);
        tracker.follow(boxes, at);
        return tracker.turned;
      });
    }
    const [left, right] = [box(0, 90), box(200, 60)];
    const both = [left, right];
    const near = box(5, 88);

    it.each([
      [
        'not at first, nor while it follows',
        [
          { at: 0, boxes: both },
          { at: 0.1, boxes: [near] },
        ],
        [false, false],
      ],
      [
        'at a choice, once',
        [0, 0.1, 0.2].map((at) => ({ at, boxes: both, ...(at === 0.1 && { choice: right }) })),
        [false, true, false],
      ],
      [
        'at a choice that the frame misses',
        [
          { at: 0, boxes: both },
          { at: 0.1, boxes: [left], choice: right },
          { at: 0.2, boxes: both },
        ],
        [false, true, false],
      ],
      [
        'not at a choice of the same',
        [
          { at: 0, boxes: both },
          { at: 0.1, boxes: both, choice: near },
        ],
        [false, false],
      ],
      [
        'when the one followed was lost',
        [
          { at: 0, boxes: [left] },
          { at: 0.5, boxes: [right] },
          { at: 1.2, boxes: [right] },
        ],
        [false, false, true],
      ],
      [
        'not when the one that was lost is back where it was',
        [
          { at: 0, boxes: [left] },
          { at: 5, boxes: [near] },
        ],
        [false, false],
      ],
    ])('%s', (_what, frames, told) => {
      expect(turns(frames)).toEqual(told);
    });
  });

  it('follows nobody in an empty frame', () => {
    expect(new FaceTracker().follow([], 0)).toBeNull();
  });
});

describe('overlap', () => {
  it.each([
    [box(0, 10), box(0, 10), 1],
    [box(0, 10), box(5, 10), 1 / 3],
    [box(0, 10), box(10, 10), 0],
    [box(0, 10), box(50, 10), 0],
    [box(0, 10), { x: 2, y: 2, width: 5, height: 5 }, 0.25],
  ])('%j, %j: %d', (a, b, wanted) => {
    expect(overlap(a, b)).toBeCloseTo(wanted);
    expect(overlap(b, a)).toBeCloseTo(wanted);
  });
});
