import { describe, expect, it } from 'vitest';
import { secondsOf, spansOf } from './evidence-spans';

const rounded = (spans: readonly { start: number; end: number }[]) =>
  spans.map(({ start, end }) => [start, end].map((value) => Number(value.toFixed(3))));

describe('spansOf', () => {
  it('joins moments that touch, and leaves a gap where there was no face', () => {
    const times = [1, 1.1, 1.205, 2, 2.1];
    expect(rounded(spansOf({ times, each: 0.1 }, 0, 8))).toEqual([
      [1, 1.305],
      [2, 2.2],
    ]);
  });

  it('shows a rate too low as gaps', () => {
    expect(spansOf({ times: [1, 1.25, 1.5], each: 0.1 }, 0, 8)).toHaveLength(3);
  });

  it('is cut at both ends, whatever the order', () => {
    expect(rounded(spansOf({ times: [7.95, 0, -4, 9], each: 0.1 }, 0.05, 8))).toEqual([
      [0.05, 0.1],
      [7.95, 8],
    ]);
    expect(spansOf({ times: [], each: 0.1 }, 0, 8)).toEqual([]);
    expect(spansOf({ times: [Number.NaN], each: 0.1 }, 0, 8)).toEqual([]);
  });

  it('adds up', () => {
    expect(secondsOf(spansOf({ times: [1, 1.1, 2], each: 0.1 }, 0, 8))).toBeCloseTo(0.3);
    expect(secondsOf([])).toBe(0);
  });
});
