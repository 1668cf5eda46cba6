import { describe, expect, it } from 'vitest';
import { meterFraction } from './meter-scale';

describe('meterFraction', () => {
  it.each([0, -1, Number.NaN, 1e-4])('is empty at %s', (rms) => {
    expect(meterFraction(rms)).toBe(0);
  });

  it('is full from loud speech on', () => {
    expect(meterFraction(0.26)).toBe(1);
    expect(meterFraction(1)).toBe(1);
  });

  it('grows by equal steps where loudness doubles', () => {
    const step = meterFraction(0.02) - meterFraction(0.01);
    expect(step).toBeCloseTo(6.02 / 48, 3);
    expect(meterFraction(0.08) - meterFraction(0.04)).toBeCloseTo(step, 6);
  });
});
