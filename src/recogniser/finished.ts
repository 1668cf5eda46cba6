/** The model's own answer as it is told. */

import type { Estimate } from '../memobert/estimate';
import { reliability } from '../memobert/reliability';
import { smoothed } from './smoother';

/**
 * Smoothed, and withheld or not by what is then shown; what the model itself said stays beside it where that differs.
 * @param answer its `reliability` may be of other probabilities, which were told before
 * @param adapted the same with the marks' adaptation
 * @param last what the one before became; null before any
 * @param seconds time constant of the smoothing
 */
export function finished(
  answer: Estimate,
  adapted: Estimate,
  last: Estimate | null,
  seconds: number,
): Estimate {
  const probabilities = smoothed(adapted, last, seconds);
  const { modalities, reliability: before, probabilities: unadapted } = answer;
  const taught = adapted.probabilities !== unadapted;
  return {
    ...answer,
    probabilities,
    ...(before && { reliability: reliability(probabilities, modalities, before.reasons, taught) }),
    ...(probabilities !== unadapted && { unadapted }),
  };
}
