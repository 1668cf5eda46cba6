/** How stages are called, and what is said of their pace, in each language: fetched with what shows them. */

import type { Stage } from '../../memobert/estimate';
import { wordsFrom } from '.';
import type { Said } from './words';

const en = {
  heading: 'Rates and latency',
  face: 'faces',
  voice: 'voice',
  fusion: 'estimates',
  perSecond: (value: string) => `${value} /s`,
  milliseconds: (value: string) => `${value} ms`,
  delay: 'from camera to bar',
  stages: {
    detect: 'find face',
    crop: 'crop',
    expression: 'DenseFace',
    'speech-gate': 'find speech',
    voice: 'wav2vec 2.0',
    fusion: 'MEmoBERT',
  } satisfies Record<Stage, string>,
} as const;

type RatesWords = Said<typeof en>;

const ko: RatesWords = {
  heading: '빈도와 지연 시간',
  face: '얼굴',
  voice: '목소리',
  fusion: '추정',
  perSecond: (value) => `초당 ${value}회`,
  milliseconds: (value) => `${value} ms`,
  delay: '카메라에서 막대까지',
  stages: {
    detect: '얼굴 찾기',
    crop: '자르기',
    expression: 'DenseFace',
    'speech-gate': '말소리 찾기',
    voice: 'wav2vec 2.0',
    fusion: 'MEmoBERT',
  },
};

export const RATES_WORDS = { en, ko };

/** In the language of whoever speaks. */
export function ratesWords(): RatesWords {
  return wordsFrom<RatesWords>(RATES_WORDS);
}
