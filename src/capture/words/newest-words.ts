/** Of cues that overlap without end all would be told again at every look: no more is told than somebody can have said. */

import type { Word } from './word-source';

/** Several times what is said in as long as words are remembered. */
export const MOST_WORDS = 300;

/** Of the last cues, by time where they are too many; {@link wordsAround} tells as many as may be told. @param cues by start */
export function newestWords<C>(cues: readonly C[], wordsOf: (cue: C) => readonly Word[]): readonly Word[] {
  const found: (readonly Word[])[] = [];
  let count = 0;
  for (const cue of cues.slice(-MOST_WORDS).reverse()) {
    if (count >= MOST_WORDS) break;
    const words = wordsOf(cue);
    count += words.length;
    found.unshift(words);
  }
  return count > MOST_WORDS ? found.flat().sort((a, b) => a.start - b.start) : found.flat();
}

/** Those that began last, and where these are few what begins next. @param words of {@link newestWords} */
export function wordsAround(words: readonly Word[], seconds: number): readonly Word[] {
  if (words.length <= MOST_WORDS) return words;
  const begun = words.findLastIndex(({ start }) => start <= seconds) + 1;
  const end = Math.max(begun, MOST_WORDS);
  return words.slice(end - MOST_WORDS, end);
}
