import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { expectFinite, property } from '../testing/fuzz';
import { AudioTimeline } from './audio-timeline';

describe('AudioTimeline', () => {
  const chunk = fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.double({ min: -3, max: 3, noNaN: true }));
  property(
    'chunks that come late, early, after a sleep',
    300,
    [fc.array(chunk, { maxLength: 20 })],
    (chunks) => {
      const timeline = new AudioTimeline(48_000);
      let [frames, nowS] = [0, 10];
      for (const [length, lateS] of chunks) {
        nowS += length / 48_000 + lateS;
        const timeS = timeline.time(frames, length, nowS);
        expectFinite([timeS]);
        expect(timeS, 'nothing is heard before it was said').toBeLessThanOrEqual(
          nowS - length / 48_000 + 1e-6,
        );
        frames += length;
      }
    },
  );
});
