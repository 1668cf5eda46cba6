import { describe, expect, it } from 'vitest';
import type { Modality } from './estimate';
import {
  certainty,
  DOUBTS,
  isPoorLight,
  LEAST_BRIGHTNESS,
  LEAST_CERTAINTY,
  LEAST_CONTRAST,
  MOST_BRIGHTNESS,
  reliability,
} from './reliability';

const SURE = [0.7, 0.2, 0.1];
const UNSURE = [0.36, 0.33, 0.31];
const given = (...present: Modality[]) => ({
  text: { present: present.includes('text') },
  face: { present: present.includes('face') },
  voice: { present: present.includes('voice') },
});

describe('reliability', () => {
  it('has nothing to say of a clear answer from sound evidence', () => {
    expect(reliability(SURE, given('face', 'voice'), [])).toEqual({ abstained: false, reasons: [] });
  });

  it('withholds what does not decide, whatever is present', () => {
    const expected = { abstained: true, reasons: ['low-confidence'] };
    expect(reliability(UNSURE, given('text', 'face', 'voice'), [])).toEqual(expected);
  });

  it.each<[what: string, present: Modality[], found: (typeof DOUBTS)[number][], abstained: boolean]>([
    ['a face in poor light alone', ['face'], ['poor-light'], true],
    ['a clipped voice alone', ['voice'], ['clipping'], true],
    ['both spoiled', ['face', 'voice'], ['poor-light', 'clipping'], true],
    ['poor light, but a sound voice', ['face', 'voice'], ['poor-light'], false],
    ['a clipped voice, but words', ['text', 'voice'], ['clipping'], false],
    ['no face, but a voice', ['voice'], ['no-face'], false],
    ['silence, but a face', ['face'], ['silence'], false],
    ['nothing at all', [], ['no-face', 'silence'], true],
  ])('of %s', (_what, present, found, abstained) => {
    expect(reliability(SURE, given(...present), found)).toEqual({ abstained, reasons: found });
  });

  it('withholds an answer whose words the model hardly means, unless marks taught what they mean', () => {
    const expected = { abstained: true, reasons: ['other-words'] };
    expect(reliability(SURE, given('text', 'face'), ['other-words'])).toEqual(expected);
    expect(reliability(SURE, given('text', 'face'), ['other-words'], true)).toEqual({
      ...expected,
      abstained: false,
    });
    expect(reliability(UNSURE, given('text'), ['other-words'], true)).toEqual({
      abstained: true,
      reasons: ['low-confidence', 'other-words'],
    });
  });

  it('judges the confidence anew, and keeps to one order', () => {
    const { reasons } = reliability(SURE, given('text'), ['clipping', 'no-face', 'low-confidence']);
    expect(reasons).toEqual(['no-face', 'clipping']);
  });

  it('asks the same of two labels as of twenty: distance from chance', () => {
    for (const count of [2, 7, 20]) {
      const at = (top: number) => [top, ...Array<number>(count - 1).fill((1 - top) / (count - 1))];
      const limit = 1 / count + LEAST_CERTAINTY * (1 - 1 / count);
      expect(certainty(at(1 / count))).toBeCloseTo(0, 9);
      expect(certainty(at(1))).toBeCloseTo(1, 9);
      expect(reliability(at(limit - 0.01), given('text'), []).abstained).toBe(true);
      expect(reliability(at(limit + 0.01), given('text'), []).abstained).toBe(false);
    }
    expect(certainty([1])).toBe(1);
  });
});

describe('isPoorLight', () => {
  it.each([
    ['an ordinary face', { brightness: 120, contrast: 50 }, false],
    ['too dark', { brightness: LEAST_BRIGHTNESS - 1, contrast: 50 }, true],
    ['too bright', { brightness: MOST_BRIGHTNESS + 1, contrast: 50 }, true],
    ['too flat', { brightness: 120, contrast: LEAST_CONTRAST - 1 }, true],
  ])('%s', (_what, light, poor) => {
    expect(isPoorLight(light)).toBe(poor);
  });
});
