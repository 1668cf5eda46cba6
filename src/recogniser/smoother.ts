/** An exponential mean over the estimates' distributions; a mean of distributions sums to 1 as they do. */

import type { Estimate } from '../memobert/estimate';
import { reliability } from '../memobert/reliability';

export class Smoother {
  #last: Pick<Estimate, 'time' | 'labels' | 'probabilities'> | null = null;

  /** @param seconds time constant: an old answer's weight falls to 1/e in it; 0 is no smoothing */
  constructor(public seconds: number) {}

  /** The same estimate with smoothed `probabilities`; what each modality says alone stays as it is. */
  smooth(estimate: Estimate): Estimate {
    const last = this.#last;
    const passed = last === null ? 0 : estimate.time - last.time;
    // other labels, or a clock that went back: nothing to lean on
    const begins = last === null || passed < 0 || last.labels.join() !== estimate.labels.join();
    const weight = begins || this.seconds === 0 ? 1 : 1 - Math.exp(-passed / this.seconds);
    const probabilities = estimate.probabilities.map((now, index) => {
      const before = last?.probabilities[index] ?? now;
      return before + weight * (now - before);
    });
    const smoothed = weight === 1 ? estimate : judged({ ...estimate, probabilities });
    this.#last = smoothed;
    return smoothed;
  }

  reset(): void {
    this.#last = null;
  }
}

/** What is shown decides whether it is shown. */
function judged(estimate: Estimate): Estimate {
  const { probabilities, modalities, reliability: before } = estimate;
  if (before === undefined) return estimate;
  return { ...estimate, reliability: reliability(probabilities, modalities, before.reasons) };
}
