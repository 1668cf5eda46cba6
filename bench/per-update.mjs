/**
 * What each stage of an update on WebGPU must move and multiply: counted from the bundle's manifest, not measured. "Must": every weight
 * and every pixel that counts is read once, whatever a driver's caches do; what lies between two layers is not counted.
 *
 *   node bench/per-update.mjs      prints the table of bench/README.md
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMain } from '../scripts/main.mjs';
import { fusionMultiplications, GRAPHS } from './graphs.mjs';

/** As `src/encoders/face/framing.ts` has them. */
const TRAINING_PX = 48;
const MAX_STEP = 16;
const SIDE_PER_BOX = 1.19;
/** [CLS] i am [MASK] . [SEP], the bundle's own prompt. */
const PROMPT_TOKENS = 6;
const VOCABULARY = 30_522;
const FLOAT = 4;
/** RGBA. */
const PIXEL = 4;
/** Of the shader, for one sample: place 4 and scale 4, four pixels to 0..255 12, three ways between them 9, grey 3. */
const PER_SAMPLE = 32;
/** For one number of the tensor: two taps 4, three ways between cells 3, the deviation 1. */
const PER_NUMBER = 8;
/** Bytes of a stored number. */
const STORED = { fp32: 4, fp16: 2, int8: 1 };

/** At 32 bits, as shaders read them; a file's few kilobytes of graph are counted in. */
const weights = ({ bytes, weights: kind = 'fp32' }) => (bytes / STORED[kind]) * FLOAT;

/**
 * @param manifest of the bundle
 * @param options `boxPx`: side of the detector's box in the frame; `rows`: of MEmoBERT's batch
 * @returns per stage: bytes that stay on the GPU, bytes between CPU and GPU, multiplications; and what the CPU's way moves between them
 */
export function perUpdate({ face, voice, text, graphs }, { boxPx = 200, rows = 7 } = {}) {
  const step = Math.min(Math.max(Math.ceil((SIDE_PER_BOX * boxPx) / TRAINING_PX), 1), MAX_STEP);
  const samples = (TRAINING_PX * step) ** 2;
  const cells = 8 * TRAINING_PX ** 2;
  const tensor = FLOAT * face.sizePx ** 2;
  const feature = FLOAT * face.featureSize;
  const logits = FLOAT * face.classes.length;
  const words = text.maxTokens + PROMPT_TOKENS;
  const tokens = words + face.maxFrames + voice.maxTokens;
  const faces = rows * face.maxFrames * feature;
  const uploaded = rows * FLOAT * (words + tokens + 1 + voice.maxTokens * voice.featureSize);
  const answer = rows * FLOAT * VOCABULARY;
  return [
    {
      stage: 'frame to cells',
      onGpu: samples * 4 * PIXEL + cells,
      between: 48,
      cpuWay: samples * PIXEL,
      multiplications: samples * PER_SAMPLE,
    },
    {
      stage: 'cells to tensor',
      onGpu: 2 * cells + tensor,
      between: 0,
      cpuWay: tensor,
      multiplications: face.sizePx ** 2 * PER_NUMBER,
    },
    {
      stage: 'DenseFace',
      onGpu: weights(graphs.denseface.fp32) + tensor + feature + logits,
      between: 0,
      cpuWay: feature,
      multiplications: GRAPHS.denseface.multiplications,
    },
    {
      stage: 'feature to ring, logits and light back',
      onGpu: 2 * feature,
      between: logits + 8,
      cpuWay: logits,
      multiplications: 0,
    },
    {
      stage: 'ring to MEmoBERT’s input',
      onGpu: 3 * faces,
      between: 0,
      cpuWay: faces,
      multiplications: 0,
    },
    {
      stage: `MEmoBERT, ${rows} row${rows === 1 ? '' : 's'} of ${tokens} tokens`,
      onGpu: weights(graphs.memobert.fp32) + faces + uploaded + answer,
      between: uploaded + answer,
      cpuWay: uploaded + answer,
      multiplications: rows * fusionMultiplications(words, face.maxFrames, voice.maxTokens, { lean: true }),
    },
  ];
}

const number = (value) => Math.round(value).toLocaleString('en-GB');

/** @returns {string} Markdown */
export function table(stages) {
  const head = [
    'stage',
    'bytes on the GPU',
    'bytes to or from it',
    'the same by the CPU’s crop',
    'multiplications',
  ];
  const sum = (key) => stages.reduce((total, stage) => total + stage[key], 0);
  const total = {
    stage: 'together',
    ...Object.fromEntries(['onGpu', 'between', 'cpuWay', 'multiplications'].map((key) => [key, sum(key)])),
  };
  return [
    head,
    head.map((_, column) => (column === 0 ? '---' : '---:')),
    ...[...stages, total].map(({ stage, onGpu, between, cpuWay, multiplications }) => [
      stage,
      ...[onGpu, between, cpuWay, multiplications].map(number),
    ]),
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

if (isMain(import.meta.url)) {
  const manifest = new URL('../public/models/small/manifest.json', import.meta.url);
  console.log(table(perUpdate(JSON.parse(readFileSync(fileURLToPath(manifest), 'utf8')))));
}
