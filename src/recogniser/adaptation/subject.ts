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

export function keyOf({ bundle: { name, version }, prompt, labels }: Subject): string {
  return JSON.stringify([name, version, prompt, labels]);
}
