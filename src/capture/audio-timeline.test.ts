import { describe, expect, it } from 'vitest';
import { AudioTimeline } from './audio-timeline';

describe('AudioTimeline', () => {
  it('keeps chunks end to end though they are late', () => {
    const timeline = new AudioTimeline(1000);
    expect(timeline.time(0, 100, 5)).toBeCloseTo(4.9);
    expect(timeline.time(100, 100, 5.3)).toBeCloseTo(5); // 200 ms late
    expect(timeline.time(200, 100, 5.31)).toBeCloseTo(5.1);
  });

  it('moves its beginning back when a chunk came sooner after its sound than any before', () => {
    const timeline = new AudioTimeline(1000);
    timeline.time(0, 100, 5.2);
    expect(timeline.time(100, 100, 5.2)).toBeCloseTo(5.1);
  });

  it('begins anew after the audio clock stood still', () => {
    const timeline = new AudioTimeline(1000);
    timeline.time(0, 100, 5);
    expect(timeline.time(100, 100, 65)).toBeCloseTo(64.9);
  });
});
