import { describe, expect, it } from 'vitest';
import { HighPass } from './high-pass';

const RATE_HZ = 16_000;

function tone(hz: number, offset = 0, seconds = 1): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    { length: seconds * RATE_HZ },
    (_, at) => offset + Math.sin((2 * Math.PI * hz * at) / RATE_HZ),
  );
}

/** Over the second half, where the start has died away. */
function power(samples: Float32Array): number {
  const half = samples.subarray(samples.length / 2);
  return half.reduce((sum, sample) => sum + sample ** 2, 0) / half.length;
}

describe('HighPass', () => {
  it('takes an offset out from the first sample on', () => {
    const passed = new HighPass(20, RATE_HZ).push(new Float32Array(1000).fill(0.3));
    expect(passed.every((sample) => sample === 0)).toBe(true);
  });

  it.each([
    [20, 0.5],
    [200, 0.99],
    [4000, 1],
  ])('of %d Hz it leaves %d of the power', (hz, wanted) => {
    expect(power(new HighPass(20, RATE_HZ).push(tone(hz, 0.2))) / 0.5).toBeCloseTo(wanted, 2);
  });

  it('is the same in one piece and in many', () => {
    const sound = tone(137, 0.1);
    const whole = new HighPass(20, RATE_HZ).push(sound.slice());
    const filter = new HighPass(20, RATE_HZ);
    const pieces = [0, 1, 480, 481, 9000, sound.length].flatMap((start, index, all) => {
      const end = all[index + 1];
      return end === undefined ? [] : Array.from(filter.push(sound.slice(start, end)));
    });
    expect(pieces).toEqual(Array.from(whole));
  });

  it('begins anew after a reset', () => {
    const filter = new HighPass(20, RATE_HZ);
    filter.push(tone(100, 0.5));
    filter.reset();
    expect(filter.push(new Float32Array(4).fill(-0.4))).toEqual(new Float32Array(4));
  });

  it('falls silent behind a sound, without denormals', () => {
    const filter = new HighPass(20, RATE_HZ);
    filter.push(new Float32Array(10).fill(1));
    const after = filter.push(new Float32Array(RATE_HZ / 4));
    expect(after[0]).toBeLessThan(-0.9);
    expect(after.subarray(-RATE_HZ / 16).every((sample) => sample === 0)).toBe(true);
  });

  it('of 0 Hz passes everything', () => {
    const sound = tone(100, 0.2);
    expect(new HighPass(0, RATE_HZ).push(sound)).toBe(sound);
    expect(sound).toEqual(tone(100, 0.2));
  });
});
