import { describe, expect } from 'vitest';
import fc from 'fast-check';
import { anyJson, anyNumber, anyText, deepJson, mutate, mutations } from '../testing/arbitraries';
import { expectFinite, outcome, property, valueOr } from '../testing/fuzz';
import type { Manifest } from './manifest';
import { checkManifest } from './manifest-check';
import { filesOf } from './manifest-files';
import { toyBundle } from './testing/toy-bundle';

const { manifest } = await toyBundle();
const calibrated = { ...manifest, calibration: { temperature: 1.5, temperatures: { T: 2, TVA: 0.5 } } };

/** Of what was taken: nothing that a typed array, a canvas or a division breaks on, no file outside of the bundle. */
function expectUsable(taken: Manifest): void {
  const { face, voice, text, calibration } = taken;
  expect(() => new Float32Array(face.sizePx ** 2)).not.toThrow();
  expect(() => new Float32Array(voice.windowSamples)).not.toThrow();
  expect(() => new Float32Array(face.maxFrames * face.featureSize)).not.toThrow();
  expect(() => new Float32Array(voice.maxTokens * voice.featureSize)).not.toThrow();
  expect(() => new Int32Array(text.maxTokens)).not.toThrow();
  // the darkest and the lightest grey as the graph gets them, and the length of a token
  expectFinite(Float32Array.of((0 - face.mean) / face.std, (255 - face.mean) / face.std));
  expect(voice.sampleRateHz / voice.tokenRateHz).toBeGreaterThanOrEqual(0.5);
  expectFinite([face.maxFrames / face.rateHz, voice.sampleRateHz / voice.tokenRateHz]);
  expectFinite([calibration?.temperature ?? 1, ...Object.values(calibration?.temperatures ?? {})]);
  for (const { path } of filesOf(taken)) {
    const base = 'https://page.test/models/toy/';
    expect(new URL(path, base).href).toBe(base + path);
  }
  for (const { id, word } of taken.labels) expect(() => encodeURIComponent(id + word)).not.toThrow();
  expect(() => encodeURIComponent(taken.name)).not.toThrow();
}

async function expectTakenOrRefused(json: unknown): Promise<void> {
  const before = JSON.stringify(json);
  const taken = await valueOr(['manifest-invalid'], () => checkManifest(json));
  expect(JSON.stringify(json), 'the input is left as it was').toBe(before);
  if (taken === null) return;
  expectUsable(taken);
  expect(checkManifest(JSON.parse(JSON.stringify(taken))), 'what was taken is taken again').toEqual(taken);
}

describe('checkManifest', () => {
  property('a manifest that is any JSON', 800, [anyJson], expectTakenOrRefused);

  property('a manifest with values changed, removed, doubled', 1500, [mutations()], (changes) =>
    expectTakenOrRefused(mutate(calibrated, changes)),
  );

  property('a manifest with other numbers', 1200, [mutations(anyNumber)], (changes) =>
    expectTakenOrRefused(mutate(calibrated, changes, 'number')),
  );

  property('a manifest with other texts', 500, [mutations(anyText)], (changes) =>
    expectTakenOrRefused(mutate(calibrated, changes, 'string')),
  );

  const places = ['format', 'name', 'labels', 'face', 'graphs', 'calibration'] as const;
  property(
    'a manifest that is deep somewhere',
    24,
    [fc.constantFrom(...places), fc.constantFrom('[' as const, '{"a":' as const)],
    async (place, open) => {
      const result = await outcome(() => checkManifest({ ...calibrated, [place]: deepJson(open) }));
      if ('refusal' in result) expect(result.refusal.message.length).toBeLessThan(1000);
    },
  );

  property('a manifest of many labels', 2, [fc.integer({ min: 50_000, max: 60_000 })], async (count) => {
    const word = (index: number) =>
      index.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] ?? '');
    const labels = Array.from({ length: count }, (_, index) => ({
      id: String(index),
      word: `a${word(index)}`,
    }));
    await valueOr(['manifest-invalid'], () => checkManifest({ ...manifest, labels }));
  });
});
