import { describe, expect, it } from 'vitest';
import { BACKENDS } from './backends';
import { differenceToGolden, goldenOf, parseGolden } from './golden';
import type { Graph, PlainTensor } from './graph';
import { GRAPHS, type GoldenTensor, type GoldenVectors } from './manifest';
import { plainInputs } from './testing/plain-inputs';

const { tolerance } = BACKENDS.wasm;

function floats(dims: readonly number[], data: readonly number[]): GoldenTensor {
  return { type: 'float32', dims, data };
}

/** Answers with the same outputs whatever it is asked; keeps what it was asked. */
function answering(outputs: Record<string, GoldenTensor>): Graph & { asked: Record<string, PlainTensor>[] } {
  const asked: Record<string, PlainTensor>[] = [];
  const plain = Object.entries(outputs).map(([name, { dims, data }]) => [
    name,
    { type: 'float32', dims, data: Float32Array.from(data) },
  ]);
  return {
    asked,
    run: (inputs) => {
      asked.push(plainInputs(inputs));
      return Promise.resolve(Object.fromEntries(plain) as Record<string, PlainTensor>);
    },
    close: () => Promise.resolve(),
  };
}

const inputs = { ids: { type: 'int32', dims: [1, 2], data: [7, 8] } } as const;

function difference(name: string, got: GoldenTensor, expected: GoldenTensor): Promise<string | null> {
  return differenceToGolden(answering({ [name]: got }), { inputs, outputs: { [name]: expected } }, tolerance);
}

describe('differenceToGolden', () => {
  it('asks the graph with the stored inputs', async () => {
    const graph = answering({ features: floats([1], [1]) });
    await differenceToGolden(graph, { inputs, outputs: { features: floats([1], [1]) } }, tolerance);
    expect(graph.asked).toEqual([{ ids: { type: 'int32', dims: [1, 2], data: Int32Array.of(7, 8) } }]);
  });

  it.each<[what: string, name: string, got: GoldenTensor, expected: GoldenTensor]>([
    ['equal features', 'features', floats([1, 2], [3, -4]), floats([1, 2], [3, -4])],
    [
      'features within the tolerance of the largest',
      'features',
      floats([1, 2], [1.05, 100]),
      floats([1, 2], [1, 100]),
    ],
    ['a stored prefix', 'features', floats([2, 2], [1, 2, 99, 99]), floats([2, 2], [1, 2])],
    ['logits moved by a constant', 'logits', floats([1, 2], [11, 12]), floats([1, 2], [1, 2])],
    ['each row on its own', 'mask_logits', floats([2, 2], [0, 1, 6, 5]), floats([2, 2], [0, 1, 1, 0])],
    [
      'logits of which only a part of a row is stored',
      'logits',
      floats([1, 3], [1, 2, 9]),
      floats([1, 3], [1, 2]),
    ],
  ])('takes %s', async (_what, name, got, expected) => {
    expect(await difference(name, got, expected)).toBeNull();
  });

  it.each<[what: string, name: string, got: GoldenTensor, expected: GoldenTensor, words: RegExp]>([
    ['other features', 'features', floats([1, 2], [3, 4]), floats([1, 2], [3, 4.1]), /features differs/],
    ['another shape', 'features', floats([2], [1, 2]), floats([1, 2], [1, 2]), /shape \[2\], not \[1, 2\]/],
    ['other probabilities', 'logits', floats([1, 2], [0, 1]), floats([1, 2], [0, 1.1]), /in probability/],
    [
      'a second row that differs',
      'logits',
      floats([2, 2], [0, 1, 0, 1]),
      floats([2, 2], [0, 1, 0, 2]),
      /differs/,
    ],
    ['a tie broken elsewhere', 'logits', floats([1, 2], [1.0001, 1]), floats([1, 2], [1, 1.0001]), /maximum/],
    ['NaN among features', 'features', floats([1, 2], [1, NaN]), floats([1, 2], [1, 2]), /differs/],
    ['NaN among logits', 'logits', floats([1, 2], [1, NaN]), floats([1, 2], [1, 2]), /differs/],
    ['an answer shorter than its shape', 'features', floats([1, 2], [1]), floats([1, 2], [1, 2]), /differs/],
  ])('names %s', async (_what, name, got, expected, words) => {
    expect(await difference(name, got, expected)).toMatch(words);
  });

  it('names an output that is missing', async () => {
    const outputs = { logits: floats([1, 1], [0]) };
    expect(await differenceToGolden(answering({}), { inputs, outputs }, tolerance)).toBe('logits is missing');
  });
});

describe('parseGolden', () => {
  const one = { inputs, outputs: { features: floats([1, 3], [1, 2]) } };
  const whole: GoldenVectors = { denseface: one, wav2vec2: one, memobert: one };
  const bytes = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));

  it('takes a whole file', () => {
    expect(parseGolden(bytes(whole), GRAPHS)).toEqual(whole);
  });

  it('takes the light graph where the bundle has it, and asks for it there', () => {
    const graphs = [...GRAPHS, 'denseface-light'] as const;
    const four = { ...whole, 'denseface-light': one };
    expect(parseGolden(bytes(four), graphs)).toEqual(four);
    expect(parseGolden(bytes(four), GRAPHS)).toEqual(whole);
    expect(() => parseGolden(bytes(whole), graphs)).toThrow(/denseface-light/);
  });

  it('has no vectors but those of the bundle', () => {
    expect(goldenOf(whole, 'memobert')).toBe(one);
    expect(() => goldenOf(whole, 'denseface-light')).toThrow(
      expect.objectContaining({ code: 'manifest-invalid' }) as Error,
    );
  });

  it.each<[what: string, content: Uint8Array]>([
    ['no JSON', new TextEncoder().encode('{')],
    ['a list', bytes([])],
    ['a graph missing', bytes({ denseface: one, wav2vec2: one })],
    ['no outputs', bytes({ ...whole, memobert: { inputs, outputs: {} } })],
    [
      'another type',
      bytes({ ...whole, memobert: { inputs, outputs: { a: { type: 'bool', dims: [1], data: [1] } } } }),
    ],
    [
      'inputs that do not fill their shape',
      bytes({ ...whole, memobert: { ...one, inputs: { a: floats([2], [1]) } } }),
    ],
    [
      'more outputs than the shape holds',
      bytes({ ...whole, memobert: { inputs, outputs: { a: floats([1], [1, 2]) } } }),
    ],
    [
      'texts for numbers',
      bytes({ ...whole, memobert: { inputs, outputs: { a: { ...floats([1], []), data: ['1'] } } } }),
    ],
  ])('refuses %s', (_what, content) => {
    expect(() => parseGolden(content, GRAPHS)).toThrow(
      expect.objectContaining({ code: 'manifest-invalid' }) as Error,
    );
  });
});
