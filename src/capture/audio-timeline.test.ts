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

  it('forgets what the audio thread lost: it is not behind for the rest of the session', () => {
    const timeline = new AudioTimeline(1000);
    const late = (seconds: number, lost: number) =>
      seconds - 0.1 - timeline.time((seconds - lost) * 1000 - 100, 100, seconds);
    for (let seconds = 1; seconds < 20; seconds += 1) expect(late(seconds, 0)).toBeCloseTo(0);
    expect(late(20, 0.3)).toBeCloseTo(0.3); // or late once
    for (let seconds = 21; seconds < 33; seconds += 1) late(seconds, 0.3);
    expect(late(33, 0.3)).toBeCloseTo(0);
    expect(late(34, 0.6)).toBeCloseTo(0.3);
  });
});
