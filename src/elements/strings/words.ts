/** What a language must bring: every word of `en.ts`, of the same kind; the compiler names the ones that are missing. */

import type { MemoError } from '../../errors';
import type { Modality } from '../../memobert/estimate';
import type { en } from './en';

/** Literals as strings, functions by their parameters and what they say. */
export type Said<T> = T extends string
  ? string
  : T extends (...given: infer A) => infer R
    ? (...given: A) => Said<R>
    : { readonly [K in keyof T]: Said<T[K]> };

export type Words = Said<typeof en>;

/** “words, camera or microphone”, in the language of the names. */
export function anyOf(language: string, names: Record<Modality, string>, given: readonly Modality[]): string {
  const list = new Intl.ListFormat(language, { type: 'disjunction' });
  return list.format(given.map((modality) => names[modality]));
}

/** An error as it is told apart from others of its code. */
export type ToldError = Pick<MemoError, 'code' | 'message' | 'cure'>;

/** What happened and what to do about it, without the particulars that only the error itself knows. */
export interface ErrorWords {
  readonly what: string;
  readonly cure: string;
}
