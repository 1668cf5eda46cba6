import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { WordPieces } from '../encoders';
import type { Graph } from '../runtime/graph';
import type { Manifest } from '../runtime/manifest';
import type { TimedText } from '../runtime/protocol';
import { anyNumber, anyText } from '../testing/arbitraries';
import { expectDistribution, expectFinite, expectWithin, property, valueOr } from '../testing/fuzz';
import { softmax, topIndices, totalVariation } from './distribution';
import { Evidence, type EvidenceWindow } from './evidence';
import { Fusion } from './fusion';
import { manifest, toyGraph, vocabulary as toyVocabulary, WORDS } from './testing/toy';
import { faceData } from './testing/face-data';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../public/models/small/${name}`, import.meta.url), 'utf8'));
const vocabulary = WordPieces.create(read('tokenizer.json'), read('tokenizer_config.json'));

const finite = fc.oneof(
  { weight: 4, arbitrary: fc.float({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, 3.4e38, -3.4e38, 1e-45, 1, 1e5) },
);
const temperature = fc.oneof(
  fc.double({ min: 0.05, max: 20, noNaN: true }),
  fc.constantFrom(5e-324, 1e-300, 1e-40, 1, 1e40, 1e300, Number.MAX_VALUE),
);

describe('distributions', () => {
  property(
    'a softmax of any numbers at any temperature',
    1500,
    [fc.array(finite, { minLength: 1, maxLength: 12 }), temperature],
    (logits, heat) => {
      const probabilities = softmax(logits, heat);
      expectDistribution(probabilities);
      const top = logits.indexOf(Math.max(...logits));
      expect(probabilities[top]).toBe(Math.max(...probabilities));
      expectWithin([totalVariation(probabilities, softmax(logits, 1))], 0, 1 + 1e-9);
    },
  );

  property(
    'the top of any numbers',
    800,
    [fc.array(finite, { maxLength: 30 }), fc.integer({ min: 0, max: 12 })],
    (values, count) => {
      const keep = (index: number) => index % 3 !== 1;
      const top = topIndices(values, count, keep);
      const sorted = values.filter((_, index) => keep(index)).sort((a, b) => b - a);
      expect(top.map((index) => values[index] ?? NaN).map((value) => value + 0)).toEqual(
        sorted.slice(0, count).map((value) => value + 0),
      );
      expect(new Set(top).size).toBe(top.length);
      expect(top.every(keep)).toBe(true);
    },
  );
});

const timeStep = fc.oneof(
  { weight: 5, arbitrary: fc.double({ min: 0, max: 0.3, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(-0.1, -100, 100, 1e12, NaN, Infinity, -Infinity) },
);
type Step = {
  readonly stepS: number;
  readonly what: 'face' | 'none' | 'wrong' | 'voice' | 'silence' | 'text';
};
const step: fc.Arbitrary<Step> = fc.record({
  stepS: timeStep,
  what: fc.constantFrom('face', 'face', 'none', 'wrong', 'voice', 'silence', 'text'),
});

function give(evidence: Evidence, { what }: Step, timeS: number): void {
  if (what === 'face') evidence.addFace(timeS, Float32Array.of(1, 2));
  if (what === 'wrong') evidence.addFace(timeS, Float32Array.of(1, 2, 3));
  if (what === 'none') evidence.addFace(timeS, null);
  if (what === 'voice') evidence.setVoice(timeS, new Float32Array(14).fill(0.5), 7);
  if (what === 'silence') evidence.setVoice(timeS, null, 0);
  if (what === 'text') evidence.setTexts([{ text: ' hello ', start: timeS, end: timeS + 1 }]);
}

function expectWindow({ face, voice, text }: EvidenceWindow): void {
  if (face !== null) {
    expectWithin([face.count], 1, manifest.face.maxFrames);
    expect(faceData({ face })).toHaveLength(face.count * manifest.face.featureSize);
  }
  if (voice !== null) {
    expectWithin([voice.count], 1, manifest.voice.maxTokens);
    expect(voice.data).toHaveLength(voice.count * manifest.voice.featureSize);
  }
  if (text !== null) expect(text).toBe(text.trim());
}

describe('Evidence', () => {
  property('times that jump, go back or are none', 800, [fc.array(step, { maxLength: 20 })], (steps) => {
    const evidence = new Evidence(manifest);
    let [clockS, heardS] = [0, Infinity];
    for (const each of steps) {
      const timeS = clockS + each.stepS;
      const before = evidence.at(clockS);
      give(evidence, each, timeS);
      if (Number.isFinite(timeS)) clockS = timeS;
      else if (each.what !== 'text')
        expect(evidence.at(clockS), 'a time that is none loses nothing').toEqual(before);
      for (const asked of [clockS, clockS + 2, timeS]) expectWindow(evidence.at(asked));
      if (each.what === 'voice' && Number.isFinite(timeS)) heardS = timeS;
      if (evidence.at(clockS).voice !== null)
        expect(heardS, 'no voice of the future').toBeLessThanOrEqual(clockS + 1);
    }
    evidence.addFace(clockS + 1, Float32Array.of(3, 4));
    expect(faceData(evidence.at(clockS + 1)).slice(-2), 'it goes on').toEqual(Float32Array.of(3, 4));
    evidence.reset();
    expect(evidence.at(clockS + 1)).toEqual({ text: null, face: null, voice: null });
  });

  const said = fc.record({ text: anyText, start: anyNumber, end: anyNumber });
  property(
    'texts at any time',
    600,
    [fc.array(said, { maxLength: 4 }), anyNumber],
    (texts: TimedText[], timeS) => {
      const evidence = new Evidence(manifest);
      evidence.setTexts(texts);
      const { text } = evidence.at(timeS);
      expect(text).not.toBe('');
      let end = -Infinity;
      const later: TimedText[] = [];
      for (const part of texts) {
        if (!(part.start <= timeS && part.end > timeS - 8 && part.text.trim() !== '')) continue;
        if (!(part.start - end < 1)) later.length = 0;
        later.push(part);
        end = Math.max(end, part.end);
      }
      expect(text, 'since the last pause').toBe(later.map((part) => part.text.trim()).join(' ') || null);
    },
  );
});

/** Logits that are the same whatever is asked. */
function constantGraph(numbers: readonly number[], width: number): Graph {
  return {
    run: (inputs) => {
      const rows = inputs['input_ids']?.dims[0] ?? 1;
      const data = Float32Array.from(
        { length: rows * width },
        (_, at) => numbers[(at % width) % numbers.length] ?? 0,
      );
      return Promise.resolve({ mask_logits: { type: 'float32', dims: [rows, width], data } });
    },
    close: () => Promise.resolve(),
  };
}

describe('Fusion', () => {
  const tokens = (size: number, most: number) =>
    fc.option(
      fc
        .integer({ min: 1, max: most })
        .map((count) => ({ count, data: new Float32Array(count * size).fill(0.1) })),
    );
  const window: fc.Arbitrary<EvidenceWindow> = fc.record({
    text: fc.option(anyText),
    face: tokens(2, 3),
    voice: tokens(2, 5),
  });
  const shapes = fc.constantFrom('fixed' as const, 'exact' as const);

  property(
    'any evidence at any temperature',
    250,
    [fc.array(window, { minLength: 1, maxLength: 4 }), shapes, temperature],
    async (windows, shape, heat) => {
      const heated: Manifest = { ...manifest, calibration: { temperature: heat } };
      const fusion = Fusion.create({
        graph: toyGraph(),
        wordPieces: toyVocabulary,
        manifest: heated,
        shapes: shape,
      });
      for (const each of windows) {
        const answer = await fusion.estimate(each);
        if (answer === null) {
          expect([each.face, each.voice]).toEqual([null, null]);
          continue;
        }
        expectDistribution(answer.probabilities);
        expect(answer.probabilities).toHaveLength(answer.labels.length);
        expectWithin(
          answer.words.map(({ probability }) => probability),
          0,
          1,
        );
        for (const { present, probabilities, contribution } of Object.values(answer.modalities)) {
          expectWithin([contribution], 0, 1 + 1e-9);
          if (probabilities !== null) expectDistribution(probabilities);
          expect(present || contribution === 0).toBe(true);
        }
      }
    },
  );

  const mute = fc.array(
    fc.constantFrom('\0', '\u200b', '\u0007', '[CLS]', '[SEP]', '[MASK]', ' ', '\ufeff'),
    { maxLength: 5 },
  );
  property('text in which nothing is said', 40, [mute], async (parts) => {
    const said = {
      ...manifest,
      labels: [
        { id: 'a', word: 'happy' },
        { id: 'b', word: 'sad' },
      ],
    };
    const fusion = Fusion.create({
      graph: constantGraph([0], vocabulary.size),
      wordPieces: vocabulary,
      manifest: said,
    });
    expect(
      await fusion.estimate({ text: parts.join(''), face: null, voice: null }),
      'no evidence',
    ).toBeNull();
  });

  property(
    'a fusion graph that answers with any numbers',
    300,
    [fc.array(anyNumber, { minLength: WORDS.length, maxLength: WORDS.length })],
    async (numbers) => {
      const graph = constantGraph(numbers, WORDS.length);
      const fusion = Fusion.create({ graph, wordPieces: toyVocabulary, manifest });
      const answer = await valueOr(['graph-invalid'], () =>
        fusion.estimate({ text: 'hello', face: null, voice: null }),
      );
      if (answer === null) return;
      expectDistribution(answer.probabilities);
      expectFinite(answer.words.map(({ probability }) => probability));
    },
  );
});
