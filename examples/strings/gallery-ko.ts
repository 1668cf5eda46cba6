/** The gallery's own text in Korean, by the `data-text` of what it takes the place of. The code in it stays as it is. */

import type { Texts } from '../../src/app/language';

export const ko: Texts = {
  title: 'memo-bert: 넣는 방법 모음',
  languages: '언어',
  heading: '넣는 방법',
  intro:
    '아래 예제는 모두 실제로 작동하며, 그 밑의 코드가 바로 그 예제의 코드입니다. 먼저 페이지에 이 한 줄이 있어야 합니다.',
  shared:
    '모두 워커 하나와 모델 하나를 함께 씁니다. 답은 사람이 느끼는 것이 아니라 드러난 표현을 추정한 것이며, 틀릴 수 있습니다.',
  page: '인식기 페이지',
  parts: '부품으로 만든 페이지',
  states: '모든 부품의 모든 상태',
  minimal: '가장 짧게',
  minimalText:
    '속성 두 개가 모델과 보조 파일이 있는 곳을 알려 줍니다. 인식기 페이지와 같은 곳에 두면 둘 다 필요 없습니다.',
  themed: '꾸미기',
  themedText: '색과 글꼴과 모서리는 CSS 변수로 바꿉니다. 상태마다 다르게 꾸밀 수도 있습니다.',
  face: '얼굴만, 작게',
  faceText: '겉모습이 없는 엔진 안에 필요한 부품만 넣습니다. 마이크 권한은 전혀 묻지 않습니다.',
  words: '말만, 직접 고른 단어로',
  wordsText:
    '어휘에 있는 한 단어라면 무엇이든 견줄 수 있습니다. 함께 제공되는 모델은 일곱 단어 말고는 거의 답하지 않으며, 고른 단어가 맞지 않으면 그렇게 알립니다. 카메라와 마이크는 고를 수 없습니다.',
  file: '파일과 시간축',
  fileText:
    '시작을 누르면 기기가 낼 수 있는 속도로 파일을 읽습니다. 그다음 시간축에서 어느 순간으로든 갑니다.',
  captions: '자막을 말로',
  captionsText: '페이지에 있는 영상이나 소리의 자막 트랙을 목소리와 함께 읽습니다.',
  copy: '복사',
};
