/** The frame of `model-card.html` in Korean, by `data-text`; the card in it is English, and it says so. */

import type { Texts } from '../language';

export const ko: Texts = {
  title: 'memo-bert: 모델 카드',
  languages: '언어',
  about: '모델이 무엇으로 학습했고, 얼마나 맞히며, 어디서 틀리는지 적었습니다. 카드의 글과 표는 영어입니다.',
};
