import { describe, expect, it } from 'vitest';
import { ClipMeter } from './clip-meter';

const RATE_HZ = 8000;
/** A second of a sine of this amplitude, cut off at full scale. */
const sine = (amplitude: number) =>
  Float32Array.from({ length: RATE_HZ }, (_, index) =>
    Math.max(-1, Math.min(1, amplitude * Math.sin((2 * Math.PI * 220 * index) / RATE_HZ))),
  );

describe('ClipMeter', () => {
  it.each([
    [0.5, 0],
    [0.98, 0],
    // of a sine twice too loud, what lies above half its height: a third of the time each way
    [2, 2 / 3],
    [1.1, 0.28],
  ])('of a sine of amplitude %f', (amplitude, share) => {
    const meter = new ClipMeter(4);
    meter.push(sine(amplitude), RATE_HZ, 0);
    expect(meter.share).toBeCloseTo(share, 1);
  });

  it('counts of what is audible alone: pauses do not dilute it', () => {
    const meter = new ClipMeter(4);
    meter.push(sine(2), RATE_HZ, 0);
    const alone = meter.share;
    meter.push(new Float32Array(2 * RATE_HZ), RATE_HZ, 1);
    expect(meter.share).toBe(alone);
  });

  it('forgets what left the window, what a source before gave, and all on reset', () => {
    const meter = new ClipMeter(4);
    meter.push(sine(2), RATE_HZ, 0);
    meter.push(sine(0.5), RATE_HZ, 6);
    expect(meter.share).toBe(0);
    meter.push(sine(2), RATE_HZ, 7);
    meter.push(sine(0.5), RATE_HZ, 0);
    expect(meter.share).toBe(0);
    meter.push(sine(2), RATE_HZ, 1);
    meter.reset();
    expect(meter.share).toBe(0);
  });

  it('takes no number for sound, and nothing for clipped', () => {
    const meter = new ClipMeter(4);
    meter.push(Float32Array.of(NaN, NaN), RATE_HZ, 0);
    expect(meter.share).toBe(0);
  });
});
