/** What timeline and exports say, in each language: fetched with them. */

import { wordsFrom } from '.';
import type { Said } from './words';

const en = {
  timeline: {
    heading: 'Over time',
    slider: 'Moment in the file',
    elsewhere: 'The answer is of what was typed, alone. Choose a moment to come back.',
    empty: 'Nothing recorded yet',
    nothing: 'no estimate',
    progress: 'Analysing the file',
    reached: (reached: string, seconds: string) => `${reached} of ${seconds} analysed`,
    marks: { 'no-face': 'no face', silence: 'no speech' },
  },
  export: {
    heading: 'Save as',
    formats: { csv: 'CSV', json: 'JSON', webvtt: 'WebVTT', emotionml: 'EmotionML', png: 'Picture' },
  },
} as const;

type OverTimeWords = Said<typeof en>;

const ko: OverTimeWords = {
  timeline: {
    heading: '시간에 따라',
    slider: '파일의 시각',
    elsewhere: '지금 답은 입력한 글만의 것입니다. 시각을 고르면 파일로 돌아갑니다.',
    empty: '아직 기록된 것이 없습니다',
    nothing: '추정 없음',
    progress: '파일을 분석하는 중',
    reached: (reached, seconds) => `${seconds} 중 ${reached} 분석함`,
    marks: { 'no-face': '얼굴 없음', silence: '말소리 없음' },
  },
  export: {
    heading: '저장 형식',
    formats: { csv: 'CSV', json: 'JSON', webvtt: 'WebVTT', emotionml: 'EmotionML', png: '그림' },
  },
};

export const OVER_TIME_WORDS = { en, ko };

/** In the language of whoever speaks. */
export function overTimeWords(): OverTimeWords {
  return wordsFrom<OverTimeWords>(OVER_TIME_WORDS);
}
