/** The words in use. Knows of no element; elements read words from here while rendering. */

import { en } from './en';
import { languageOf, wordsOf, type Language } from './languages';
import type { Words } from './words';

export { fetchWords, LANGUAGES, languageOf, wordsOf, type Language } from './languages';

let current: Words = en;

/** Every word, in the language of whoever speaks now: see {@link speaking}; English else. */
export const strings: Words = new Proxy<Words>(en, {
  get: (_english, key) => Reflect.get(current, key) as unknown,
});

/** Runs `say` with {@link strings} in that language, as far as its words are there. `say` must not wait for anything. */
export function speaking<T>(language: Language, say: () => T): T {
  const before = current;
  current = wordsOf(language) ?? en;
  try {
    return say();
  } finally {
    current = before;
  }
}

/** Of words that come with what says them: those in the language of whoever speaks. */
export function wordsFrom<T>(tables: Readonly<Record<Language, T>>): T {
  return tables[languageOf(strings.language) ?? 'en'];
}
