/** What the guide says, in each language: fetched with the guide itself, not at the start. */

import type { Language } from './languages';

/** A part of `<memo-bert>`, by its `part`. */
export type GuidedPart = 'prompt' | 'preview' | 'controls' | 'bars';

export interface GuideWords {
  readonly steps: readonly { readonly part: GuidedPart; readonly title: string; readonly text: string }[];
  readonly step: (number: number, count: number) => string;
  readonly back: string;
  readonly next: string;
  readonly done: string;
  readonly skip: string;
}

const en: GuideWords = {
  steps: [
    {
      part: 'prompt',
      title: 'It finishes a sentence',
      text: 'The word in the brackets is the model’s best guess at the expression of whoever it sees, hears or reads. What a person feels, it cannot know.',
    },
    {
      part: 'preview',
      title: 'It looks at one face',
      text: 'A frame marks the face that counts, and signs above it say what is switched on. Picture, sound and words are worked on in this page and not sent; only your browser’s own speech recognition may send sound to its maker, if you switch it on.',
    },
    {
      part: 'controls',
      title: 'You start it',
      text: 'Start asks for the camera and the microphone, each on its own; leave out what you like. No camera at hand? A drawn actor plays through the same model. Words, spoken or written, are read in English only.',
    },
    {
      part: 'bars',
      title: 'The bars are probabilities, not amounts',
      text: 'Each bar is one word’s probability; together they make 100%. Two bars of similar length mean that the model is unsure. Below them, face, voice and words each answer alone.',
    },
  ],
  step: (number, count) => `${number} of ${count}`,
  back: 'Back',
  next: 'Next',
  done: 'Done',
  skip: 'Skip',
};

const ko: GuideWords = {
  steps: [
    {
      part: 'prompt',
      title: '문장을 완성합니다',
      text: '괄호 안의 단어는 모델이 한 사람을 보고 듣고 읽어 그 표현을 가장 그럴듯하게 추정한 것입니다. 그 사람이 무엇을 느끼는지는 알 수 없습니다.',
    },
    {
      part: 'preview',
      title: '한 사람의 얼굴을 봅니다',
      text: '테두리가 추정에 쓰이는 얼굴을 표시하고, 그 위에 무엇이 켜져 있는지 나타납니다. 영상과 소리와 말은 이 페이지에서 계산하며 전송하지 않습니다. 브라우저 자체의 음성 인식만은, 켜시는 경우에 소리를 브라우저 제조사로 보낼 수 있습니다.',
    },
    {
      part: 'controls',
      title: '시작은 직접 누릅니다',
      text: '시작을 누르면 카메라와 마이크를 써도 되는지 각각 묻습니다. 원하지 않는 것은 빼도 됩니다. 카메라가 없으면 그림 배우로 같은 모델을 써 볼 수 있습니다. 말과 글은 영어만 읽습니다.',
    },
    {
      part: 'bars',
      title: '막대는 세기가 아니라 확률입니다',
      text: '막대 하나가 단어 하나의 확률이고, 모두 더하면 100%입니다. 두 막대의 길이가 비슷하면 모델이 확신하지 못하는 것입니다. 그 아래에서 얼굴, 목소리, 말이 각각 따로 답합니다.',
    },
  ],
  step: (number, count) => `${count}단계 중 ${number}단계`,
  back: '이전',
  next: '다음',
  done: '끝내기',
  skip: '건너뛰기',
};

export const guideWords: Readonly<Record<Language, GuideWords>> = { en, ko };
