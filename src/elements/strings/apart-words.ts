/** What the masking playground and the marks say, in each language: fetched with them, not at the start. */

import { wordsFrom } from '.';
import type { Said } from './words';

const en = {
  faceClasses: {
    neutral: 'neutral',
    happiness: 'happiness',
    surprise: 'surprise',
    sadness: 'sadness',
    anger: 'anger',
    disgust: 'disgust',
    fear: 'fear',
    contempt: 'contempt',
  } as Readonly<Record<string, string>>,
  playground: {
    what: 'Freeze a moment, hide some of it, and see what the model fills in there: the method’s four pre‑training tasks.',
    take: 'Take this moment',
    again: 'Take another moment',
    waiting: 'Take a moment once there is an answer.',
    taken: (time: string) => `The moment at ${time}`,
    words: 'Words',
    wordsHint: 'Click a word to hide it.',
    face: 'Face',
    voice: 'Voice',
    spanHint: 'Drag over what to hide, or use the arrow keys on its two ends.',
    noWords: 'No words were said.',
    noFace: 'No face was seen.',
    noVoice: 'No voice was heard.',
    noHeads:
      'This bundle cannot fill in faces and voice: it comes without memobert-heads.onnx. Words can be hidden.',
    showAll: 'Show all again',
    first: (modality: string) => `${modality}: first hidden`,
    last: (modality: string) => `${modality}: end of what is hidden`,
    before: (seconds: string) => `${seconds} s before the end`,
    nothing: 'nothing hidden',
    frames: (count: number) => (count === 1 ? '1 face hidden' : `${count} faces hidden`),
    tokens: (count: number) =>
      count === 1 ? '1 moment of voice hidden' : `${count} moments of voice hidden`,
    right: 'right word',
    filledWords: 'Words filled in',
    filledFace: 'The hidden face',
    filledVoice: 'The hidden voice',
    seen: 'DenseFace saw',
    guessed: 'MEmoBERT guesses',
    agree: (share: string, divergence: string) =>
      `The likeliest expression is the same for ${share} of them. KL divergence ${divergence}; 0 is the same answer.`,
    explained: (share: string) => `Explains ${share} of what it could not know.`,
    worse: 'No better than knowing nothing.',
    error: (error: string, blind: string) =>
      `Root mean square error of the hidden features: ${error}; of a guess that knows nothing: ${blind}.`,
    answer: 'The model’s own answer',
    answerWhole: 'all shown',
    answerMasked: 'with this hidden',
    busy: 'Filling in',
    reading: 'Reading the file up to here',
  },
  yours: {
    what: 'When the answer is wrong, say what is right. From two different words on, the answers are adapted to your marks.',
    mark: 'Right now it is',
    waiting: 'Marks can be set once there is an answer.',
    more: 'Mark a moment of another word: two are needed.',
    effect: (before: string, after: string) =>
      `Your words, on average: ${before} by the model itself, ${after} adapted.`,
    marks: 'Marked moments',
    before: 'before',
    after: 'adapted',
    remove: (word: string) => `Take back ${word}`,
    use: 'Adapt the answers',
    keep: 'Keep in this browser',
    save: 'Save',
    load: 'Open',
    forget: 'Forget all',
    unread:
      'Marks are kept in this browser. They are shown once the model is loaded; “Forget all” forgets those of every sentence.',
    fitted: (temperature: string) =>
      `Temperature ${temperature}: above 1 the answers are less sure, below 1 surer. Above 0 a word is answered more often, below 0 less:`,
  },
} as const;

export type ApartWords = Said<typeof en>;

const ko: ApartWords = {
  faceClasses: {
    neutral: '덤덤함',
    happiness: '기쁨',
    surprise: '놀람',
    sadness: '슬픔',
    anger: '화남',
    disgust: '역겨움',
    fear: '무서움',
    contempt: '경멸',
  },
  playground: {
    what: '한 순간을 멈춰 두고 일부를 가리면 모델이 그 자리를 무엇으로 채우는지 보여 줍니다. 이 방법의 네 가지 사전 학습 과제입니다.',
    take: '이 순간 담기',
    again: '다른 순간 담기',
    waiting: '답이 나오면 순간을 담을 수 있습니다.',
    taken: (time) => `${time}의 순간`,
    words: '말',
    wordsHint: '단어를 누르면 가려집니다.',
    face: '얼굴',
    voice: '목소리',
    spanHint: '가릴 곳을 끌어서 고르거나 양 끝에서 화살표 키를 쓰십시오.',
    noWords: '말이 없었습니다.',
    noFace: '얼굴이 보이지 않았습니다.',
    noVoice: '목소리가 들리지 않았습니다.',
    noHeads:
      '이 모델 묶음에는 memobert-heads.onnx가 없어 얼굴과 목소리를 채우지 못합니다. 말은 가릴 수 있습니다.',
    showAll: '모두 다시 보이기',
    first: (modality) => `${modality}: 가린 곳의 처음`,
    last: (modality) => `${modality}: 가린 곳의 끝`,
    before: (seconds) => `끝에서 ${seconds}초 전`,
    nothing: '가린 곳 없음',
    frames: (count) => `얼굴 ${count}장 가림`,
    tokens: (count) => `목소리 ${count}조각 가림`,
    right: '실제 단어',
    filledWords: '채워 넣은 말',
    filledFace: '가려진 얼굴',
    filledVoice: '가려진 목소리',
    seen: 'DenseFace가 본 것',
    guessed: 'MEmoBERT의 짐작',
    agree: (share, divergence) =>
      `가장 그럴듯한 표정이 같은 비율 ${share}. KL 발산 ${divergence}, 0이면 답이 같습니다.`,
    explained: (share) => `모르던 것의 ${share}를 맞힙니다.`,
    worse: '아무것도 모를 때보다 낫지 않습니다.',
    error: (error, blind) => `가린 특징의 제곱평균제곱근 오차 ${error}, 아무것도 모르는 짐작은 ${blind}.`,
    answer: '모델 자체의 답',
    answerWhole: '모두 보일 때',
    answerMasked: '가렸을 때',
    busy: '채우는 중',
    reading: '파일을 이 순간까지 읽는 중',
  },
  yours: {
    what: '답이 틀리면 맞는 단어를 알려 주십시오. 서로 다른 단어를 두 개 표시하면 그때부터 답에 반영합니다.',
    mark: '지금은',
    waiting: '답이 나오면 표시할 수 있습니다.',
    more: '다른 단어의 순간도 표시하십시오. 두 개가 필요합니다.',
    effect: (before, after) => `표시한 단어의 평균 확률: 모델 그대로 ${before}, 반영한 뒤 ${after}.`,
    marks: '표시한 순간',
    before: '전',
    after: '반영한 뒤',
    remove: (word) => `${word} 표시 지우기`,
    use: '내 표시를 답에 반영하기',
    keep: '이 브라우저에 보관하기',
    save: '저장',
    load: '열기',
    forget: '표시 모두 지우기',
    unread:
      '이 브라우저에 보관된 표시가 있습니다. 모델을 불러오면 보입니다. 지금 지우면 모든 문장의 표시가 지워집니다.',
    fitted: (temperature) =>
      `온도 ${temperature}: 1보다 크면 답이 덜 확실하고 작으면 더 확실합니다. 단어의 값이 0보다 크면 더 자주, 작으면 덜 답합니다:`,
  },
};

export const APART_WORDS = { en, ko };

/** In the language of whoever speaks. */
export function apartWords(): ApartWords {
  return wordsFrom<ApartWords>(APART_WORDS);
}
