/** A vocabulary of a few words and a graph that answers by rule, so that expected numbers can be read off. */

import type { Graph, PlainTensor } from '../../runtime/graph';
import type { Manifest } from '../../runtime/manifest';
import type { Vocabulary } from '../prompt';
import { plainInputs } from '../../runtime/testing/plain-inputs';

export const WORDS = [
  '[PAD]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  'i',
  'am',
  '.',
  'glad',
  'low',
  'hot',
  'hello',
  '##s',
  '7',
  'x',
];

export const vocabulary: Vocabulary = {
  size: WORDS.length,
  encode: (text) =>
    text
      .replaceAll('.', ' .')
      .split(/\s+/)
      .filter((word) => word !== '')
      .map((word) => Math.max(0, WORDS.indexOf(/^\[/.test(word) ? word : word.toLowerCase()))),
  idOf: (word) => (WORDS.includes(word) ? WORDS.indexOf(word) : null),
  wordOf: (id) => WORDS[id] ?? '',
};

const file = { path: 'x', bytes: 1, sha256: '0'.repeat(64) };

export const manifest: Manifest = {
  format: 1,
  name: 'toy',
  version: '1',
  licence: 'none',
  dataSources: [],
  prompt: 'I am [MASK].',
  labels: [
    { id: 'glad', word: 'glad' },
    { id: 'low', word: 'low' },
    { id: 'hot', word: 'hot' },
  ],
  text: { maxTokens: 4, tokenizer: file, tokenizerConfig: file },
  face: { sizePx: 64, mean: 0, std: 1, rateHz: 10, maxFrames: 3, featureSize: 2, classes: ['a', 'b'] },
  voice: {
    sampleRateHz: 16000,
    windowSamples: 100,
    pool: 3,
    tokenRateHz: 16.7,
    maxTokens: 5,
    featureSize: 2,
  },
  graphs: { denseface: {}, wav2vec2: {}, memobert: {} },
  golden: file,
};

export interface ToyGraph extends Graph {
  readonly runs: Record<string, PlainTensor>[];
}

/** Logits: "glad" counts attended words beyond the prompt, "low" attended faces, "hot" attended voice tokens. */
export function toyGraph(): ToyGraph {
  const runs: Record<string, PlainTensor>[] = [];
  return {
    runs,
    run: (given) => {
      const inputs = plainInputs(given);
      runs.push(inputs);
      const [rows = 0, words = 0] = inputs['input_ids']?.dims ?? [];
      const faces = inputs['face_features']?.dims[1] ?? 0;
      const mask = inputs['attention_mask'];
      const length = mask?.dims[1] ?? 0;
      const data = new Float32Array(rows * WORDS.length);
      for (let row = 0; row < rows; row += 1) {
        const attended = Array.from((mask?.data as Int32Array).subarray(row * length, (row + 1) * length));
        const sum = (from: number, to: number) => attended.slice(from, to).reduce((a, b) => a + b, 0);
        data[row * WORDS.length + WORDS.indexOf('glad')] = sum(0, words) - 6;
        data[row * WORDS.length + WORDS.indexOf('low')] = sum(words, words + faces);
        data[row * WORDS.length + WORDS.indexOf('hot')] = sum(words + faces, length);
      }
      return Promise.resolve({ mask_logits: { type: 'float32', dims: [rows, WORDS.length], data } });
    },
    close: () => Promise.resolve(),
  };
}
