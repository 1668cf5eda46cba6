/** The text of the page of parts in Korean, by the `data-text` of what it takes the place of. */

import type { Texts } from '../../src/app/language';

export const ko: Texts = {
  title: 'memo-bert: 부품으로 만든 페이지',
  languages: '언어',
  heading: '나는 어떻게 보입니까?',
  fright: '놀람에 대해 묻기',
  mood: '기분에 대해 묻기',
  notice:
    '감정 표현을 인식하는 AI 시스템이며, 이 페이지 안에서만 작동합니다. 아무것도 전송하지 않습니다. 사람이 느끼는 것이 아니라 드러난 표현을 추정하며, 틀릴 수 있습니다.',
};
