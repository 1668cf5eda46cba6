/** What marks are of, and whether an estimate is of the same. */

import type { Estimate } from '../../memobert/estimate';

/** What an adaptation is of: marks made for one model, sentence and set of words say nothing about another's. */
export interface Subject {
  readonly bundle: { readonly name: string; readonly version: string };
  readonly prompt: string;
  /** Label ids, in order. */
  readonly labels: readonly string[];
}

export function sameSubject(a: Subject, b: Subject): boolean {
  return keyOf(a) === keyOf(b);
}

/** Whether it answers this sentence and these words: one to others may be left on the screen, and a first impression answers none. */
export function answers(estimate: Estimate | null, { prompt, labels }: Subject): estimate is Estimate {
  return estimate?.prompt === prompt && estimate.labels.join() === labels.join();
}

export function keyOf({ bundle: { name, version }, prompt, labels }: Subject): string {
  return JSON.stringify([name, version, prompt, labels]);
}
