/** Faces that stay on the GPU, on their way from evidence to MEmoBERT's input: only their numbers are known here. */
import { expect, it } from 'vitest';
import { Evidence, type TimedWindow } from './evidence';
import type { FeatureStore } from './feature-store';
import { readBack } from './read-back';
import { RowCache } from './row-cache';
import { inputsOf, type RowContent } from './rows';

const manifest = {
  face: { ...{ sizePx: 64, mean: 0, std: 1, rateHz: 10, maxFrames: 3, featureSize: 2 }, classes: ['a', 'b'] },
  voice: {
    ...{ sampleRateHz: 16000, windowSamples: 16000, pool: 3, tokenRateHz: 4 },
    ...{ maxTokens: 4, featureSize: 2 },
  },
};

const asked: { rows: readonly (readonly number[])[]; places: number }[] = [];
const store: FeatureStore = {
  input: (rows, places) => {
    asked.push({ rows, places });
    return { type: 'float32', dims: [rows.length, places, 2], fill: () => ({}) as GPUBuffer };
  },
  read: (ids) => Promise.resolve(Float32Array.from(ids.flatMap((id) => [id, -id]))),
};

function window(ids: readonly number[]): TimedWindow {
  const evidence = new Evidence(manifest);
  ids.forEach((id, index) => {
    evidence.addFace(1 + index / 10, { store, id }, { expression: [0.25, 0.75] });
  });
  return evidence.at(1 + ids.length / 10);
}

const row = (face: RowContent['face']): RowContent => ({
  prompted: { ids: [2, 4, 3], maskPosition: 1 },
  ...{ face, voice: null },
});

it('the window holds the last ones by number, with their times and expressions', () => {
  expect(window([7, 8, 9, 10]).face).toEqual({
    ...{ store, ids: [8, 9, 10], count: 3, times: [1.1, 1.2, 1.3] },
    expressions: [
      [0.25, 0.75],
      [0.25, 0.75],
      [0.25, 0.75],
    ],
    lights: [null, null, null],
  });
});

it('the graph’s input is asked of the store, row by row; the mask says which places hold a face', () => {
  const { face } = window([7, 8]);
  asked.length = 0;
  const inputs = inputsOf(
    [row(face), row(null), row(face)],
    { words: 3, faces: 3, voice: 1 },
    { face: 2, voice: 2 },
  );
  expect(asked).toEqual([{ rows: [[7, 8], [], [7, 8]], places: 3 }]);
  expect(inputs['face_features']).toMatchObject({ dims: [3, 3, 2] });
  const mask = inputs['attention_mask'];
  expect(mask !== undefined && 'data' in mask ? [...mask.data].slice(0, 7) : null).toEqual([
    1, 1, 1, 1, 1, 0, 0,
  ]);
});

it('an answer is known again by the numbers', () => {
  const cache = new RowCache();
  const logits = Float32Array.of(1);
  cache.keep(['face'], row(window([7, 8]).face), logits);
  expect(cache.find(['face'], row(window([7, 8]).face))).toBe(logits);
  expect(cache.find(['face'], row(window([7, 9]).face))).toBeUndefined();
  expect(cache.find(['face'], row(null))).toBeUndefined();
});

it('is read back as a whole for whoever looks into it; what is in memory stays as it is', async () => {
  const { face } = await readBack(window([7, 8]));
  expect(face).toMatchObject({ count: 2, times: [1, 1.1] });
  expect([...(face?.data ?? [])]).toEqual([7, -7, 8, -8]);
  const plain = { text: 'hello', face: null, voice: null };
  expect(await readBack(plain)).toEqual(plain);
});
