import { describe, expect, it } from 'vitest';
import { DownMix } from './down-mix';

/** Web Audio's weights of 5.1 and 7.1, by their sum. */
const surround = (channels: 6 | 8) => {
  const weights = [Math.SQRT1_2, Math.SQRT1_2, 1, 0, 0.5, 0.5, 0.5, 0.5].slice(0, channels);
  return weights.map((weight) => weight / (channels / 2 - 1 + Math.SQRT2));
};

describe('DownMix', () => {
  it.each([
    [1, [1]],
    // either alone
    [2, [1, 1]],
    [3, [1 / 3, 1 / 3, 1 / 3]],
    [4, [0.25, 0.25, 0.25, 0.25]],
    [6, surround(6)],
    [7, Array<number>(7).fill(1 / 7)],
    [8, surround(8)],
  ])('gives each of %i channels its weight', (channels, weights) => {
    const frame = (of: number) => Array.from(weights, (_, channel) => (channel === of ? 1 : 0));
    const mixed = weights.map((_, of) =>
      new DownMix().mix(channels, 3, (plane, channel) => plane.fill(frame(of)[channel] ?? 0)),
    );
    for (const [of, weight] of weights.entries()) {
      expect(mixed[of]).toHaveLength(3);
      for (const sample of mixed[of]!) expect(sample).toBeCloseTo(weight, 6);
    }
  });

  it.each([1, 2, 3, 6, 7, 8])('is as loud as each of %i channels that are equal', (channels) => {
    const mixed = new DownMix().mix(channels, 3, (plane) => plane.fill(0.5));
    expect(mixed).toHaveLength(3);
    for (const sample of mixed) expect(sample).toBeCloseTo(0.5, 6);
  });

  it('adds what is said in several', () => {
    expect([
      ...new DownMix().mix(2, 3, (plane, channel) => plane.set(channel === 0 ? [1, 0, -1] : [1, 1, 1])),
    ]).toEqual([1, 0.5, 0]);
  });
});
