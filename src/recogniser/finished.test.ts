import { describe, expect, it } from 'vitest';
import type { Estimate } from '../memobert/estimate';
import { finished } from './finished';
import { estimateAt } from './testing/fake-client';

const present = { present: true, probabilities: null, contribution: 1 };

function seen(time: number, happy: number): Estimate {
  const estimate = estimateAt(time);
  return {
    ...estimate,
    probabilities: [happy, 1 - happy],
    modalities: { ...estimate.modalities, face: present },
    reliability: { abstained: false, reasons: ['silence'] },
  };
}

describe('An answer as it is told', () => {
  it('is judged by what is shown, not by what came in: a swing from one answer to the other is not sure', () => {
    const [before, now] = [seen(0, 0), seen(0.7, 1)];
    const first = finished(before, before, null, 1);
    expect(first).toEqual(before);
    expect(finished(now, now, first, 1)).toMatchObject({
      reliability: { abstained: true, reasons: ['low-confidence', 'silence'] },
      unadapted: [1, 0],
    });
  });

  it('is judged anew where marks decide what the model left open, and where they are gone', () => {
    const open = { abstained: true, reasons: ['low-confidence', 'silence'] } as const;
    const sure = { abstained: false, reasons: ['silence'] } as const;
    const undecided = { ...seen(1, 0.5), reliability: open };
    expect(finished(undecided, seen(1, 0.9), null, 0).reliability).toEqual(sure);
    expect(finished(seen(1, 0.5), seen(1, 0.5), null, 0).reliability).toEqual(open);
  });

  it('is not withheld for words that marks taught, and is again where the marks are gone', () => {
    const rare = (happy: number) => ({
      ...seen(1, happy),
      reliability: { abstained: true, reasons: ['other-words'] } as const,
    });
    const answer = rare(0.9);
    expect(finished(answer, answer, null, 0).reliability?.abstained).toBe(true);
    const taught = finished(answer, seen(1, 0.8), null, 0);
    expect(taught.reliability).toEqual({ abstained: false, reasons: ['other-words'] });
    expect(finished({ ...answer, reliability: taught.reliability }, answer, null, 0).reliability).toEqual(
      answer.reliability,
    );
  });

  it('has no judgement where none was made', () => {
    expect(finished(estimateAt(1), seen(1, 0.9), null, 0)).not.toHaveProperty('reliability');
  });
});
