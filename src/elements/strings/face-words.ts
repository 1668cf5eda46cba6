/** What the choice among several faces says, in each language: fetched with it. */

import { wordsFrom } from '.';
import type { Said } from './words';

const en = {
  follow: (number: string) => `Follow face ${number} from the left`,
  followed: (number: string) => `Face ${number} from the left is followed`,
} as const;

type FaceWords = Said<typeof en>;

const ko: FaceWords = {
  follow: (number) => `왼쪽에서 ${number}번째 얼굴 따라가기`,
  followed: (number) => `왼쪽에서 ${number}번째 얼굴을 따라가는 중`,
};

export const FACE_WORDS = { en, ko };

/** In the language of whoever speaks. */
export function faceWords(): FaceWords {
  return wordsFrom<FaceWords>(FACE_WORDS);
}
