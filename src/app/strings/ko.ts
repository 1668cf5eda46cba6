/** The page's own text in Korean, by the `data-text` of what it takes the place of in `index.html`. */

import { html } from 'lit';
import type { Texts } from '../language';

export const ko: Texts = {
  title: 'memo-bert: 페이지 안의 감정 표현 인식기',
  description:
    '얼굴과 목소리와 말을 브라우저 안에서 함께 읽습니다. 브라우저의 음성 인식을 켜지 않으면 어디로도 전송하지 않습니다.',
  languages: '언어',
  skip: '인식기로 건너뛰기',
  heading: '얼굴과 목소리와 말을 이 페이지 안에서 함께 읽습니다.',
  notice: html`감정 표현을 인식하는 AI 시스템을 쓰고 있습니다(<a href="#notice">EU AI법 제50조 제3항</a>). 이
    페이지 안에서 작동하며 아무것도 전송하지 않습니다. 브라우저 자체의 음성 인식만은, 켜시는 경우에 소리를
    브라우저 제조사로 보낼 수 있습니다.`,
  trust: '믿기 전에',
  nothingLeaves: html`<strong>아무것도 기기를 떠나지 않습니다.</strong> 영상과 소리와 말은 이 페이지에서
    계산하고 남기지 않습니다. 페이지의 보안 정책이 다른 서버와의 연결을 막습니다. 브라우저 자체의 음성
    인식만은 소리를 브라우저 제조사로 보낼 수 있습니다. 꺼져 있으며, 켜기 전에 알려 드립니다.`,
  notFeeling: html`<strong>느끼는 것이 아니라 드러난 표현을 읽습니다.</strong> 미소가 곧 행복은 아닙니다. 답은
    틀릴 수 있고, 어떤 사람에게는 더 자주 틀립니다. 이것으로 누구에 대해서도 결정하지 마십시오.`,
  notForWork: html`<strong>직장과 교육 기관에서는 쓸 수 없습니다.</strong> EU AI법 제5조 제1항 (f)는 의료나
    안전을 위한 경우가 아니면 그곳에서 사람의 감정을 추론하는 것을 금지합니다. 다른 사람을 비출 때에는 그
    사람이 알고 있어야 합니다. 이 안내가 제50조 제3항이 요구하는 안내입니다.`,
  how: '빈칸이 채워지는 방법',
  look: '보기',
  lookText: html`1초에 많게는 열 번 얼굴을 찾아 바로 세우고 가로세로 64픽셀의 흑백 그림으로 자릅니다. 인코더가
  그림마다 숫자 342개로 바꿉니다.`,
  listen: '듣기',
  listenText: html`마지막 3.84초의 소리가 wav2vec 2.0을 지나갑니다. 누군가 말하는 동안에만 그렇습니다. 무엇을
  말하는지가 아니라 어떻게 말하는지를 듣습니다.`,
  read: '읽기',
  readText: html`입력하거나 자막에서 읽거나 인식한 말을 BERT가 아는 영어 단어 조각으로 나눕니다.`,
  finish: '문장 완성하기',
  finishText: html`트랜스포머 하나, MEmoBERT가 셋을 <span lang="en">“I am [MASK].”</span>와 나란히 보고 아는
    모든 단어에 확률을 매깁니다. 그 가운데 일곱 개가 막대입니다.`,
  after: html`<cite lang="en"
      >MEmoBERT: Pre-training Model with Prompt-based Learning for Multimodal Emotion Recognition</cite
    >
    (Zhao, Li, Jin, Wang, Li, 2022)을 따랐습니다.`,
  guide: '둘러보기',
  measure: '이 기기는 얼마나 빠릅니까?',
  measureText: '이 기기에서 불러오는 데 드는 것과, 답까지 각 단계에 걸리는 시간입니다.',
  saver: '배터리 아끼기: 보고 듣고 답하는 횟수를 줄입니다',
  card: '모델 카드(영어)',
  gallery: '내 페이지에 넣는 방법',
  loaded: '불러오는 파일(JSON)',
  licences: '제3자 라이선스',
};
