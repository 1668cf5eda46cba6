import { describe, expect, it } from 'vitest';
import type { Estimate } from '../memobert/estimate';
import { Smoother } from './smoother';
import { estimateAt } from './testing/fake-client';

const at = (time: number, happy: number): Estimate => ({
  ...estimateAt(time),
  probabilities: [happy, 1 - happy],
});

describe('Smoother', () => {
  it('nears a new answer by 1 - 1/e in its time constant, and stays a distribution', () => {
    const smoother = new Smoother(2);
    smoother.smooth(at(0, 0));
    const { probabilities } = smoother.smooth(at(2, 1));
    expect(probabilities[0]).toBeCloseTo(1 - Math.exp(-1));
    expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1);
  });

  it('does not depend on how often it is asked', () => {
    const [seldom, often] = [new Smoother(1), new Smoother(1)];
    for (const smoother of [seldom, often]) smoother.smooth(at(0, 0));
    for (let step = 1; step < 10; step += 1) often.smooth(at(step / 10, 1));
    expect(often.smooth(at(1, 1)).probabilities[0]).toBeCloseTo(seldom.smooth(at(1, 1)).probabilities[0]!);
  });

  it('judges what it shows, not what came in: a swing from one answer to the other is not sure', () => {
    const present = { present: true, probabilities: null, contribution: 1 };
    const sure = (time: number, happy: number): Estimate => ({
      ...at(time, happy),
      modalities: { ...at(time, happy).modalities, face: present },
      reliability: { abstained: false, reasons: ['silence'] },
    });
    const smoother = new Smoother(1);
    expect(smoother.smooth(sure(0, 0)).reliability?.abstained).toBe(false);
    expect(smoother.smooth(sure(0.7, 1)).reliability).toEqual({
      abstained: true,
      reasons: ['low-confidence', 'silence'],
    });
  });

  it('begins anew after a reset, with other labels and when time goes back', () => {
    const smoother = new Smoother(100);
    smoother.smooth(at(5, 0));
    const other = { ...at(6, 1), labels: ['bored', 'calm'] };
    expect(smoother.smooth(other)).toBe(other);
    const back = at(1, 0.5);
    expect(smoother.smooth(back)).toBe(back);
    smoother.reset();
    const fresh = at(2, 1);
    expect(smoother.smooth(fresh)).toBe(fresh);
  });
});
