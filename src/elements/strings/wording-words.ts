/** What asks for another sentence and other words, in each language: fetched when its line is opened. */

import { wordsFrom } from '.';
import type { Said } from './words';

const en = {
  sentence: 'Sentence',
  words: 'Words for the blank',
  set: (count: string) => `${count} words`,
  ownSentence: 'A sentence with [MASK] once',
  ownWords: 'Single words, with commas',
  ask: 'Ask',
} as const;

type WordingWords = Said<typeof en>;

const ko: WordingWords = {
  sentence: '문장',
  words: '빈칸에 넣을 단어',
  set: (count) => `단어 ${count}개`,
  ownSentence: '[MASK]가 한 번 들어간 문장',
  ownWords: '쉼표로 나눈 영어 단어',
  ask: '묻기',
};

export const WORDING_WORDS = { en, ko };

/** In the language of whoever speaks. */
export function wordingWords(): WordingWords {
  return wordsFrom<WordingWords>(WORDING_WORDS);
}
