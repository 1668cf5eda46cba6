/** What a language must bring: every word of `en.ts`, of the same kind; the compiler names the ones that are missing. */

import type { Modality } from '../../memobert/estimate';
import type { en } from './en';

/** Literals as strings, functions by their parameters. */
export type Said<T> = T extends string
  ? string
  : T extends (...given: infer A) => string
    ? (...given: A) => string
    : { readonly [K in keyof T]: Said<T[K]> };

export type Words = Said<typeof en>;

/** “words, camera or microphone”, in the language of the names. */
export function anyOf(language: string, names: Record<Modality, string>, given: readonly Modality[]): string {
  const list = new Intl.ListFormat(language, { type: 'disjunction' });
  return list.format(given.map((modality) => names[modality]));
}

/** What happened and what to do about it, without the particulars that only the error itself knows. */
export interface ErrorWords {
  readonly what: string;
  readonly cure: string;
}
