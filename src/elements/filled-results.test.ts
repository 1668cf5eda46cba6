import { describe, expect, it } from 'vitest';
import { NO_MASKS, type Filling } from '../memobert/moment';
import { spokenResults } from './filled-results';

const error = { error: 0.5, blind: 1, explained: 0.75 };
const labels = ['happy', 'sad', 'angry'];
const sure = [0.1, 0.8, 0.1];
const shown: Filling = {
  ...{ masks: NO_MASKS, words: [], face: null, voice: null },
  answer: { labels, whole: sure, masked: sure },
};

describe('what was filled in, spoken', () => {
  it('is all of it, in one go', () => {
    const guesses = [{ word: 'glad', probability: 0.5 }];
    const piece = { given: 'x', probability: 0.1, guesses };
    const filling: Filling = {
      ...shown,
      words: [{ index: 0, pieces: [piece] }],
      face: {
        ...{ frames: 1, classes: ['neutral', 'fear'], guessed: [0.3, 0.7] },
        ...{ own: null, divergence: null, agreement: null, ...error },
      },
      voice: { tokens: 1, ...error },
    };
    expect(spokenResults(filling), 'a stop once').not.toContain('..');
    expect(spokenResults(filling)).toMatch(
      /: glad\. .*: fear 70\s?%\. .*: Explains 75\s?% .*own answer: sad 80\s?%$/,
    );
  });

  it('names a word only where the page itself would', () => {
    expect(spokenResults(shown)).toMatch(/sad/);
    const unsure = { labels, whole: sure, masked: [0.4, 0.35, 0.25] };
    expect(spokenResults({ ...shown, answer: unsure })).toMatch(/: not sure$/);
  });
});
