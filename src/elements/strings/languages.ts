/**
 * Which languages there are, and their words as they come: English with the code, others when an element first needs one.
 * `@lit/localize` loads and tells. Its `msg()` is left aside: it keys each sentence by a hash of its English, for one
 * language a page; here the words are one typed table, and each element speaks the language of where it stands.
 */

import { configureLocalization } from '@lit/localize';
import { en } from './en';
import type { Words } from './words';

export const LANGUAGES = ['en', 'ko'] as const;
export type Language = (typeof LANGUAGES)[number];

const known: { en: Words; ko?: Words } = { en };

const { setLocale } = configureLocalization({
  sourceLocale: 'en',
  targetLocales: ['ko'],
  async loadLocale() {
    known.ko = (await import('./ko')).ko;
    return { templates: {} };
  },
});

/** `ko-KR` -> `ko`; null for a language that nobody has written here. */
export function languageOf(tag: string): Language | null {
  const primary = tag.trim().toLowerCase().split('-')[0];
  return LANGUAGES.find((language) => language === primary) ?? null;
}

/** The words of a language; null until they are there. */
export function wordsOf(language: Language): Words | null {
  return known[language] ?? null;
}

/** Fetches a language's words; when they are there, `lit-localize-status` is told on the window. Never rejects: English stays. */
export async function fetchWords(language: Language): Promise<void> {
  if (wordsOf(language) !== null) return;
  try {
    await setLocale(language);
  } catch {
    await setLocale('en'); // else it would never be fetched again
  }
}
