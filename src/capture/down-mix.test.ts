import { describe, expect, it } from 'vitest';
import { downMix } from './down-mix';

const HALF = Math.SQRT1_2;

describe('downMix', () => {
  it.each([
    [1, [1]],
    [2, [0.5, 0.5]],
    [3, [1 / 3, 1 / 3, 1 / 3]],
    [4, [0.25, 0.25, 0.25, 0.25]],
    [6, [HALF, HALF, 1, 0, 0.5, 0.5]],
    [7, Array<number>(7).fill(1 / 7)],
    [8, [HALF, HALF, 1, 0, 0.5, 0.5, 0.5, 0.5]],
  ])('gives each of %i channels its weight', (channels, weights) => {
    const frame = (of: number) => Array.from(weights, (_, channel) => (channel === of ? 1 : 0));
    const mixed = weights.map((_, of) =>
      downMix(channels, 3, (plane, channel) => plane.fill(frame(of)[channel] ?? 0)),
    );
    for (const [of, weight] of weights.entries())
      for (const sample of mixed[of]!) expect(sample).toBeCloseTo(weight, 6);
  });

  it('adds what is said in several', () => {
    expect([...downMix(2, 3, (plane, channel) => plane.set(channel === 0 ? [1, 0, -1] : [1, 1, 1]))]).toEqual(
      [1, 0.5, 0],
    );
  });
});
