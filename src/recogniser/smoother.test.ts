import { describe, expect, it } from 'vitest';
import type { Estimate } from '../memobert/estimate';
import { smoothed } from './smoother';
import { estimateAt } from './testing/fake-client';

const at = (time: number, happy: number): Estimate => ({
  ...estimateAt(time),
  probabilities: [happy, 1 - happy],
});

describe('A smoothed estimate', () => {
  it('nears a new answer by 1 - 1/e in its time constant, and stays a distribution', () => {
    const probabilities = smoothed(at(2, 1), at(0, 0), 2);
    expect(probabilities[0]).toBeCloseTo(1 - Math.exp(-1));
    expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1);
  });

  it('does not depend on how often it is asked', () => {
    let often = at(0, 0);
    for (let step = 1; step <= 10; step += 1) {
      const now = at(step / 10, 1);
      often = { ...now, probabilities: smoothed(now, often, 1) };
    }
    expect(often.probabilities[0]).toBeCloseTo(smoothed(at(1, 1), at(0, 0), 1)[0]!);
  });

  it('begins anew with none before, with other labels, and when time goes back; without smoothing always', () => {
    const before = at(5, 0);
    const other = { ...at(6, 1), labels: ['bored', 'calm'] };
    expect(smoothed(other, before, 100)).toBe(other.probabilities);
    for (const [time, last, seconds] of [
      [1, before, 100],
      [6, null, 100],
      [6, before, 0],
    ] as const) {
      const fresh = at(time, 0.5);
      expect(smoothed(fresh, last, seconds)).toBe(fresh.probabilities);
    }
  });
});
