/** The text of the page of all states in Korean, by `data-text`; names of states and elements are code and stay. */

import type { Texts } from '../../src/app/language';

export const ko: Texts = {
  title: 'memo-bert: 모든 부품의 모든 상태',
  languages: '언어',
  heading: '모든 부품의 모든 상태',
  intro: '여기에는 카메라도 모델도 없습니다. 각 부품은 인식기가 알려 줄 내용을 그대로 보여 줍니다.',
  shown: '보는 방식',
  light: '밝게',
  dark: '어둡게',
  all: '모든 상태',
  whole: '전체 요소',
  alone: '부품 하나씩',
};
