/** An exponential mean over the estimates' distributions; a mean of distributions sums to 1 as they do. */

import type { Estimate } from '../memobert/estimate';

/**
 * The same estimate with smoothed `probabilities`; what each modality says alone stays as it is.
 * @param last what the one before became; null before any
 * @param seconds time constant: an old answer's weight falls to 1/e in it; 0 is no smoothing
 */
export function smoothed(
  estimate: Estimate,
  last: Pick<Estimate, 'time' | 'labels' | 'probabilities'> | null,
  seconds: number,
): Estimate {
  const passed = last === null ? 0 : estimate.time - last.time;
  // other labels, or a clock that went back: nothing to lean on
  const begins = last === null || passed < 0 || last.labels.join() !== estimate.labels.join();
  const weight = begins || seconds === 0 ? 1 : 1 - Math.exp(-passed / seconds);
  const probabilities = estimate.probabilities.map((now, index) => {
    const before = last?.probabilities[index] ?? now;
    return before + weight * (now - before);
  });
  return weight === 1 ? estimate : { ...estimate, probabilities };
}
