import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { anyJson, anyNumber, mutate, mutations } from '../testing/arbitraries';
import { expectFinite, property, valueOr } from '../testing/fuzz';
import { differenceToGolden, goldenOf, parseGolden } from './golden';
import type { Graph, PlainTensor } from './graph';
import { GRAPHS, type GoldenCase } from './manifest';
import { plainInputs } from './testing/plain-inputs';

const floats = (dims: readonly number[], data: readonly number[]) => ({ type: 'float32', dims, data });
const one = {
  inputs: { faces: floats([1, 2, 2], [0, 1, 2, 3]), ids: { type: 'int32', dims: [1, 2], data: [7, 8] } },
  outputs: { features: floats([1, 3], [0, 1]), logits: floats([2, 2], [0, 1, 5, 2]) },
};
const whole = { denseface: one, wav2vec2: one, memobert: one };
const tolerance = { probability: 1e-3, feature: 1e-3 };

const bytesOf = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));

/** Answers with the stored outputs themselves, padded to their shape with `rest`. */
function echo({ outputs }: GoldenCase, rest: number, asked: PlainTensor[] = []): Graph {
  return {
    run: (inputs) => {
      asked.push(...Object.values(plainInputs(inputs)));
      const answers = Object.entries(outputs).map(([name, { dims, data }]) => {
        const padded = new Float32Array(dims.reduce((product, dim) => product * dim, 1)).fill(rest);
        padded.set(data);
        return [name, { type: 'float32', dims, data: padded }] as const;
      });
      return Promise.resolve(Object.fromEntries(answers));
    },
    close: () => Promise.resolve(),
  };
}

async function expectTakenOrRefused(content: Uint8Array): Promise<void> {
  const golden = await valueOr(['manifest-invalid'], () => parseGolden(content, GRAPHS));
  if (golden === null) return;
  for (const name of GRAPHS) {
    const own = goldenOf(golden, name);
    const asked: PlainTensor[] = [];
    const differs = await differenceToGolden(echo(own, 0, asked), own, tolerance);
    for (const { dims, data } of asked) {
      expect(data.length).toBe(dims.reduce((product, dim) => product * dim, 1));
      expectFinite(data as Float32Array);
    }
    // graphs answer in float32 alone
    if (Object.values(own.outputs).every(({ type }) => type === 'float32')) expect(differs).toBeNull();
    const [first] = Object.values(own.outputs);
    if (first !== undefined) {
      const none = { ...own, outputs: { features: { ...first, data: first.data.map(() => 1e9) } } };
      expect(await differenceToGolden(echo(own, NaN), none, tolerance)).not.toBeNull();
    }
  }
}

describe('golden vectors', () => {
  property(
    'golden vectors that are any bytes',
    300,
    [fc.uint8Array({ maxLength: 60 })],
    expectTakenOrRefused,
  );
  property('golden vectors that are any JSON', 300, [anyJson], (json) => expectTakenOrRefused(bytesOf(json)));
  property('golden vectors with values changed', 500, [mutations()], (changes) =>
    expectTakenOrRefused(bytesOf(mutate(whole, changes) ?? null)),
  );
  property('golden vectors with other numbers', 800, [mutations(anyNumber)], (changes) => {
    const json = JSON.stringify(mutate(whole, changes, 'number'), (_key, value: unknown) =>
      value === Infinity ? 'endless' : value,
    );
    // as JSON can say it, and JSON.parse reads it
    return expectTakenOrRefused(new TextEncoder().encode(json.replaceAll('"endless"', '1e999')));
  });
  property('golden vectors that are deep', 4, [fc.constantFrom('[', '{"a":')], (open) =>
    expectTakenOrRefused(new TextEncoder().encode(`{"denseface":${open.repeat(50_000)}`)),
  );
});
