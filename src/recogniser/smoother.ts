/** An exponential mean over the estimates' distributions; a mean of distributions sums to 1 as they do. */

import type { Estimate } from '../memobert/estimate';

type Told = Pick<Estimate, 'time' | 'labels' | 'probabilities'>;

/**
 * What an estimate's `probabilities` are smoothed; the same list where there is nothing to lean on.
 * @param last what the one before became; null before any
 * @param seconds time constant: an old answer's weight falls to 1/e in it; 0 is no smoothing
 */
export function smoothed(
  { time, labels, probabilities }: Told,
  last: Told | null,
  seconds: number,
): readonly number[] {
  // other labels, or a clock that went back
  const begins = last === null || time < last.time || last.labels.join() !== labels.join();
  if (begins || seconds === 0) return probabilities;
  const weight = 1 - Math.exp((last.time - time) / seconds);
  return probabilities.map((now, index) => {
    const before = last.probabilities[index] ?? now;
    return before + weight * (now - before);
  });
}
