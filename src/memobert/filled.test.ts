import { describe, expect, it } from 'vitest';
import { featureError, filledClasses } from './filled';

describe('featureError', () => {
  const truth = Float32Array.of(9, 9, 1, 2, 3, 4);

  it('is 0, and all is explained, where the masked rows are met', () => {
    const filled = Float32Array.of(1, 2, 3, 4);
    expect(featureError([1, 2], 2, truth, filled, new Float32Array(4))).toEqual({
      error: 0,
      blind: Math.sqrt((1 + 4 + 9 + 16) / 4),
      explained: 1,
    });
  });

  it('explains nothing where it is as far as blind, less than nothing where it is farther', () => {
    const blind = new Float32Array(2);
    expect(featureError([1], 2, truth, Float32Array.of(2, 4), blind).explained).toBeCloseTo(0);
    expect(featureError([1], 2, truth, Float32Array.of(-1, -2), blind).explained).toBeCloseTo(-3);
  });

  it('is a number where blind is exact, and where nothing is masked', () => {
    expect(featureError([1], 2, truth, Float32Array.of(1, 3), Float32Array.of(1, 2)).explained).toBe(0);
    expect(featureError([], 2, truth, new Float32Array(0), new Float32Array(0))).toEqual({
      ...{ error: 0, blind: 0, explained: 0 },
    });
  });
});

describe('filledClasses', () => {
  const classes = ['calm', 'glad'];

  it('averages face by face', () => {
    const logits = Float32Array.of(0, 0, Math.log(3), 0);
    const filled = filledClasses(logits, classes, [
      [0.5, 0.5],
      [0.25, 0.75],
    ]);
    expect(filled.guessed[0]).toBeCloseTo((0.5 + 0.75) / 2);
    expect(filled.own).toEqual([0.375, 0.625]);
    expect(filled.agreement).toBe(0.5);
    expect(filled.divergence).toBeCloseTo((0.25 * Math.log(1 / 3) + 0.75 * Math.log(3)) / 2);
  });

  it('never divides by a class that was thought impossible, nor takes its logarithm', () => {
    const filled = filledClasses(Float32Array.of(1000, -1000), classes, [[0, 1]]);
    expect(Number.isFinite(filled.divergence)).toBe(true);
    expect(filled.agreement).toBe(0);
  });

  it('compares with nothing where DenseFace told nothing', () => {
    const filled = filledClasses(Float32Array.of(1, 0), classes, [null]);
    expect([filled.own, filled.divergence, filled.agreement]).toEqual([null, null, null]);
    expect(filled.frames).toBe(1);
  });
});
