/**
 * Which languages there are, and their words as they come: English with the code, others when an element first needs one.
 * Who renders is told as `@lit/localize` tells it. Its `msg()` and its runtime are left aside: they key each sentence by a hash of its
 * English, for one language a page, and can be set up once a page, which is the page's to do; here the words are one typed table, and
 * each element speaks the language of where it stands.
 */

import { LOCALE_STATUS_EVENT } from '@lit/localize/internal/locale-status-event.js';
import { en } from './en';
import type { Words } from './words';

export const LANGUAGES = ['en', 'ko'] as const;
export type Language = (typeof LANGUAGES)[number];

const known: { en: Words; ko?: Words } = { en };

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
  if (language === 'en' || known.ko !== undefined) return;
  try {
    known.ko = (await import('./ko')).ko;
  } catch {
    return; // not to be had now: fetched again when it is next wanted
  }
  const detail = { status: 'ready', readyLocale: language } as const;
  window.dispatchEvent(new CustomEvent(LOCALE_STATUS_EVENT, { detail }));
}
