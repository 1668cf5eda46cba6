/** A moment with parts of it hidden and filled in, and marks: states of the parts that take an answer apart. */

import { MemoError } from '../../errors';
import type { Filling, Moment } from '../../memobert/moment';
import { NO_MOMENT, type AdaptationState, type MarkedMoment, type MomentState } from '../../recogniser';
import { fitAdaptation } from '../../recogniser/adaptation';

const CLASSES = ['neutral', 'happiness', 'surprise', 'sadness', 'anger', 'disgust', 'fear', 'contempt'];
const GLAD = [0.09, 0.71, 0.14, 0.01, 0.01, 0.01, 0.02, 0.01];

export const CANNED_MOMENT: Moment = {
  time: 12.4,
  words: ['what', 'a', 'wonderful', 'surprise', ',', 'thank', 'you'],
  face: {
    times: Array.from({ length: 25 }, (_, at) => 9.9 + at / 10),
    each: 0.1,
    expressions: Array<number[]>(25).fill(GLAD),
  },
  voice: { times: Array.from({ length: 38 }, (_, at) => 9.4 + at * 0.06), each: 0.06 },
  heads: true,
};

const guesses = (likely: Readonly<Record<string, number>>) =>
  Object.entries(likely).map(([word, probability]) => ({ word, probability }));

export function cannedFilling(labels: readonly string[]): Filling {
  return {
    masks: { words: [2], faces: [8, 9, 10, 11, 12, 13, 14], voice: [20, 21, 22, 23, 24, 25] },
    words: [
      {
        index: 2,
        pieces: [
          {
            given: 'wonderful',
            probability: 0.021,
            guesses: guesses({ big: 0.184, pleasant: 0.113, nice: 0.092, great: 0.071, little: 0.044 }),
          },
        ],
      },
    ],
    face: {
      ...{
        frames: 7,
        classes: CLASSES,
        guessed: [0.16, 0.62, 0.13, 0.02, 0.02, 0.01, 0.03, 0.01],
        own: GLAD,
      },
      ...{ divergence: 0.07, agreement: 1, error: 0.412, blind: 0.517, explained: 0.365 },
    },
    voice: { tokens: 6, error: 0.311, blind: 0.306, explained: -0.033 },
    answer: {
      labels,
      whole: [0.141, 0.624, 0.031, 0.012, 0.148, 0.026, 0.018],
      masked: [0.18, 0.51, 0.04, 0.02, 0.19, 0.04, 0.02],
    },
  };
}

export function cannedMoment(labels: readonly string[]): MomentState {
  const filling = cannedFilling(labels);
  return { taken: CANNED_MOMENT, masks: filling.masks, filling, busy: false, error: null };
}

/** No face was seen, and the bundle has no heads. */
export const CANNED_WITHOUT_HEADS: MomentState = {
  taken: { ...CANNED_MOMENT, face: { times: [], each: 0.1, expressions: [] }, heads: false },
  masks: { words: [], faces: [], voice: [] },
  ...{ filling: null, busy: false, error: null },
};

/** Its evidence is on its way. */
export const CANNED_TAKING: MomentState = { ...NO_MOMENT, busy: true };

/** Its heads came damaged. */
export const CANNED_UNFILLED: MomentState = {
  ...NO_MOMENT,
  taken: CANNED_MOMENT,
  masks: { words: [2], faces: [], voice: [] },
  error: new MemoError(
    'model-integrity',
    'memobert.onnx is not the file that the manifest names: its SHA-256 differs.',
    'Reload the page; if it stays so, copy the bundle anew.',
  ),
};

/** @param count marks, of at most four */
export function cannedMarks(labels: readonly string[], count: number): AdaptationState {
  const marks: MarkedMoment[] = [
    { time: 4.2, word: 'neutral', probabilities: [0.21, 0.05, 0.52, 0.06, 0.04, 0.08, 0.04] },
    { time: 9.8, word: 'neutral', probabilities: [0.3, 0.04, 0.44, 0.08, 0.03, 0.06, 0.05] },
    { time: 12.4, word: 'happy', probabilities: [0.141, 0.624, 0.031, 0.012, 0.148, 0.026, 0.018] },
    { time: 31.5, word: 'sad', probabilities: [0.06, 0.02, 0.81, 0.03, 0.02, 0.04, 0.02] },
  ];
  const taken = marks.slice(0, count);
  const several = new Set(taken.map(({ word }) => word)).size > 1;
  return {
    subject: { bundle: { name: 'small', version: '3' }, prompt: 'I am [MASK].', labels },
    marks: taken,
    fitted: several ? fitAdaptation(labels, taken) : null,
    ...{ on: true, kept: several },
    error: several
      ? null
      : new MemoError(
          'adaptation-foreign',
          'The adaptation was made for the model small 2, "I am [MASK]." and happy, sad; here there is the model small 3.',
          'Choose the same prompt and words first, or mark moments anew.',
        ),
  };
}
