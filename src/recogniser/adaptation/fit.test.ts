import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { property } from '../../testing/fuzz';
import { adapt, fitAdaptation, type Mark } from './fit';

const LABELS = ['calm', 'glad', 'low', 'cross'];

/** Somebody whose "low" is read as "cross", and whom the model is too sure of. */
const PERSON = { temperature: 0.6, bias: [0.3, 0, -1.4, 1.4] };

/** What the model should say of the k-th moment of a word: three shapes, from sure to unsure. */
function ideal(word: number, k: number): number[] {
  const high = [0.7, 0.55, 0.45][k % 3] ?? 0;
  const beside = (word + 1 + (k % 3)) % LABELS.length;
  return LABELS.map((_, at) => (at === word ? high : at === beside ? (1 - high) * 0.6 : (1 - high) * 0.2));
}

function marksOf(each: number, from = 0): Mark[] {
  return LABELS.flatMap((word, at) =>
    Array.from({ length: each }, (_, k) => ({
      time: k,
      word,
      probabilities: adapt(ideal(at, from + k), PERSON),
    })),
  );
}

function lossOf(
  marks: readonly Mark[],
  read: (probabilities: readonly number[]) => readonly number[],
): number {
  const missed = marks.map(
    ({ word, probabilities }) => -Math.log(read(probabilities)[LABELS.indexOf(word)] ?? 0),
  );
  return missed.reduce((a, b) => a + b, 0) / marks.length;
}

const most = (values: readonly number[]) => Math.max(...values.map(Math.abs));

describe('fitAdaptation', () => {
  it('improves moments that were not marked, the more marks the better', () => {
    const held = marksOf(3, 1);
    const losses = [1, 2, 4, 16].map((each) => {
      const fitted = fitAdaptation(LABELS, marksOf(each));
      return lossOf(held, (said) => adapt(said, fitted));
    });
    const before = lossOf(held, (said) => said);
    expect(losses).toEqual(losses.toSorted((a, b) => b - a));
    expect(losses[0]).toBeLessThan(before);
    expect(losses.at(-1)).toBeLessThan(before * 0.8);
    // near to what would be said without the shift
    expect(losses.at(-1)).toBeLessThan(
      lossOf(held, (said) =>
        adapt(adapt(said, { temperature: 1, bias: PERSON.bias.map((b) => -b) }), {
          temperature: 1 / 0.6,
          bias: [],
        }),
      ) * 1.15,
    );
  });

  it('finds which word is taken for which', () => {
    const { bias } = fitAdaptation(LABELS, marksOf(8));
    expect(bias.indexOf(Math.max(...bias))).toBe(LABELS.indexOf('low'));
    expect(bias.indexOf(Math.min(...bias))).toBe(LABELS.indexOf('cross'));
  });

  it('stays near to no change with two marks, and nearer than with many', () => {
    const two = fitAdaptation(LABELS, marksOf(1).slice(0, 2));
    const many = fitAdaptation(LABELS, marksOf(16));
    expect(most(two.bias)).toBeLessThan(1);
    expect(most(two.bias)).toBeLessThan(most(many.bias));
    expect(Math.abs(two.temperature - 1)).toBeLessThan(0.15);
    // what the model already says needs hardly any
    const right = LABELS.map((word, at) => ({ time: 0, word, probabilities: ideal(at, 0) }));
    expect(most(fitAdaptation(LABELS, right).bias)).toBeLessThan(0.3);
  });

  it('weighs words alike, however often each was marked', () => {
    const low = marksOf(1).filter(({ word }) => word === 'low');
    const glad = marksOf(1).filter(({ word }) => word === 'glad');
    const { bias } = fitAdaptation(LABELS, [...low, ...Array<typeof glad>(30).fill(glad).flat()]);
    // thirty times "glad" must not make all "glad"
    expect(bias[2]).toBeGreaterThan(bias[1] ?? 0);
  });

  it('needs two different words', () => {
    const refused = (marks: readonly Mark[]) =>
      expect(() => fitAdaptation(LABELS, marks)).toThrow(
        expect.objectContaining({ code: 'marks-missing', cure: expect.stringContaining('two') as string }),
      );
    refused([]);
    refused(marksOf(5).filter(({ word }) => word === 'glad'));
    refused([...marksOf(1).slice(0, 1), { time: 0, word: 'unknown', probabilities: [0, 0, 0, 1] }]);
  });

  const number = fc.oneof(fc.constantFrom(0, 1, Number.NaN, Infinity, -Infinity, -1, 1e-300), fc.double());
  const mark = fc.record({
    ...{ time: fc.constant(0), word: fc.constantFrom(...LABELS) },
    probabilities: fc.array(number, { maxLength: 6 }),
  });
  property(
    'an adaptation is numbers, and what is adapted a distribution, whatever was marked',
    300,
    [fc.array(mark, { maxLength: 12 }), fc.array(number, { minLength: 4, maxLength: 4 })],
    (marks, said) => {
      if (new Set(marks.map(({ word }) => word)).size < 2) return;
      const fitted = fitAdaptation(LABELS, marks);
      expect([fitted.temperature, ...fitted.bias].every(Number.isFinite)).toBe(true);
      expect(fitted.temperature).toBeGreaterThan(0);
      const adapted = adapt(said, fitted);
      expect(adapted.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      expect(adapted.every((value) => value >= 0 && value <= 1)).toBe(true);
    },
  );
});

describe('adapt', () => {
  it('without change leaves a distribution as it is, but for what is next to never', () => {
    const said = [0.5, 0.3, 0.15, 0.05];
    adapt(said, { temperature: 1, bias: [0, 0, 0, 0] }).forEach((value, at) =>
      expect(value).toBeCloseTo(said[at]!, 9),
    );
    expect(adapt([1, 0, 0, 0], { temperature: 1, bias: [] })[0]).toBeGreaterThan(0.999);
  });
});
