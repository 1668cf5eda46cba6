import { describe, expect, it } from 'vitest';
import { lasting } from './lasting';
import { estimated } from './testing/canned-timeline';

describe('what is kept for hours', () => {
  it('is the same, and shares nothing with what it came from', () => {
    const estimate = estimated(2, 0.25);
    const kept = lasting(estimate, new Map());
    expect(kept).toEqual(estimate);
    expect(kept.probabilities).not.toBe(estimate.probabilities);
    expect(kept.modalities.face).not.toBe(estimate.modalities.face);
  });

  it('keeps what is no number: null, nothing, truth, integers, empty lists', () => {
    const odd = { a: null, b: undefined, c: true, d: [], e: [0, 1], f: [0.5, 2], g: {}, h: Infinity };
    expect(lasting(odd, new Map())).toEqual(odd);
  });

  it('has each word once', () => {
    const words = new Map<string, string>();
    lasting([{ word: 'glad' }, { word: 'glad' }, { word: 'sad' }], words);
    expect([...words.keys()]).toEqual(['glad', 'sad']);
  });
});
