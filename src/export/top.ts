import type { Estimate } from '../memobert/estimate';
import { isWithheld } from '../memobert/reliability';

export interface Top {
  readonly label: string;
  readonly probability: number;
}

/** The most likely label; null where the answer is withheld, and so none may be named. */
export function topOf(estimate: Estimate): Top | null {
  if (isWithheld(estimate)) return null;
  const probability = Math.max(...estimate.probabilities);
  return { label: estimate.labels[estimate.probabilities.indexOf(probability)] ?? '', probability };
}
