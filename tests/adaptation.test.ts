/**
 * What a few marks are worth, measured with the shipped model in Node: 84 sentences of everyday English, twelve a word, whose
 * words the model does not always find. Marks are drawn from half of them, and judged by the other half.
 * `MEMO_MEASURE=1` writes bench/results/adaptation.json: no change, a bias, a bias and a temperature (which is in use), and
 * prototypes of the hidden state at the mask. The table of docs/apart.md is of that file, and is compared with it here.
 */

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { WordPieces } from '../src/encoders';
import { softmax } from '../src/memobert/distribution';
import { Prompt } from '../src/memobert/prompt';
import { fitting, inputsOf } from '../src/memobert/rows';
import { adapt, fitAdaptation, PRIOR, type Mark } from '../src/recogniser/adaptation/fit';
import { checkManifest } from '../src/runtime/manifest-check';
import { plainInputs } from '../src/runtime/testing/plain-inputs';

const root = (path: string) => readFileSync(fileURLToPath(new URL(path, import.meta.url)));
const bundle = (path: string) => root(`../public/models/small/${path}`);
const manifest = checkManifest(JSON.parse(bundle('manifest.json').toString()));
const sentences = JSON.parse(root('fixtures/sentences.json').toString()) as Record<string, string[]>;
const labels = manifest.labels.map(({ id }) => id);
const GRAPH = 'memobert.onnx';
const graphBytes = bundle(GRAPH);
const MEASURED = fileURLToPath(new URL('../bench/results/adaptation.json', import.meta.url));

interface Read extends Mark {
  /** At the mask. */
  readonly hidden: Float32Array;
}
const reads: Read[] = [];

beforeAll(async () => {
  const wordPieces = WordPieces.create(
    JSON.parse(bundle(manifest.text.tokenizer.path).toString()),
    JSON.parse(bundle(manifest.text.tokenizerConfig.path).toString()),
  );
  const prompt = new Prompt(manifest.prompt, manifest.labels, wordPieces, manifest.text.maxTokens);
  const graph = await ort.InferenceSession.create(new Uint8Array(graphBytes));
  const sizes = { face: manifest.face.featureSize, voice: manifest.voice.featureSize };
  for (const [word, said] of Object.entries(sentences)) {
    for (const text of said) {
      const prompted = prompt.compose(text);
      const row = { prompted, face: null, voice: null };
      const inputs = Object.entries(plainInputs(inputsOf([row], fitting(row), sizes))).map(
        ([name, { type, data, dims }]) => [name, new ort.Tensor(type, data as never, dims)] as const,
      );
      const { mask_logits: logits, hidden } = await graph.run(Object.fromEntries(inputs));
      const values = logits?.data as Float32Array;
      const width = hidden?.dims[2] ?? 0;
      reads.push({
        ...{ time: 0, word },
        probabilities: softmax(
          prompt.labelTokens.map((token) => values[token] ?? 0),
          manifest.calibration?.temperatures?.T,
        ),
        hidden: (hidden?.data as Float32Array).slice(
          prompted.maskPosition * width,
          (prompted.maskPosition + 1) * width,
        ),
      });
    }
  }
  await graph.release();
}, 180_000);

/** Numbers from 0 to 1 that are the same each time (mulberry32). */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(list: readonly T[], draw: () => number): T[] {
  return list
    .map((value) => ({ value, key: draw() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

type Reader = (read: Read) => readonly number[];
type Method = (marks: readonly Read[]) => Reader;

const fitted =
  (prior: typeof PRIOR): Method =>
  (marks) => {
    const adaptation = fitAdaptation(labels, marks, prior);
    return ({ probabilities }) => adapt(probabilities, adaptation);
  };

/** Adds to each marked word how near the hidden state is to the mean of those marked with it. */
const prototypes =
  (strength: number): Method =>
  (marks) => {
    const means = new Map<string, Float32Array>();
    for (const word of new Set(marks.map((mark) => mark.word))) {
      const mine = marks.filter((mark) => mark.word === word);
      means.set(
        word,
        Float32Array.from(mine[0]?.hidden ?? [], (_, at) =>
          mine.reduce((sum, { hidden }) => sum + (hidden[at] ?? 0) / mine.length, 0),
        ),
      );
    }
    return ({ probabilities, hidden }) =>
      softmax(
        labels.map((label, at) => {
          const mean = means.get(label);
          return (
            Math.log(Math.max(probabilities[at] ?? 0, 1e-4)) + (mean ? strength * cosine(hidden, mean) : 0)
          );
        }),
      );
  };

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) =>
    x.reduce((sum, value, at) => sum + value * (y[at] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

interface Score {
  readonly accuracy: number;
  /** Mean of -log of the right word's probability. */
  readonly loss: number;
}

/**
 * @param count marks drawn, of at least two words
 * @param shift standard deviation of what a person adds to each word's log probability: a face that looks sad at rest, a loud voice
 */
function judge(method: Method, count: number, shift = 0): Score {
  let [right, loss, judged] = [0, 0, 0];
  for (let time = 0; time < DRAWS; time += 1) {
    const draw = draws(time + 1);
    const person = { temperature: 1, bias: labels.map(() => shift * normal(draw)) };
    const own = reads.map((read) => ({ ...read, probabilities: adapt(read.probabilities, person) }));
    const mixed = shuffled(own, draw);
    const [half, held] = [mixed.slice(0, mixed.length / 2), mixed.slice(mixed.length / 2)];
    const marks = half.slice(0, count);
    if (new Set(marks.map(({ word }) => word)).size < 2) continue;
    const read = method(marks);
    for (const one of held) {
      const said = read(one);
      const at = labels.indexOf(one.word);
      right += said.indexOf(Math.max(...said)) === at ? 1 : 0;
      loss -= Math.log(Math.max(said[at] ?? 0, 1e-9));
      judged += 1;
    }
  }
  return { accuracy: right / judged, loss: loss / judged };
}

/** Box and Muller's. */
function normal(draw: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}

const identity: Method = () => (read) => read.probabilities;
const COUNTS = [2, 4, 8, 16, 32];
const DRAWS = 40;

/** A person whom the model reads as it reads everybody, and one whom it misreads. */
const SHIFTS = { 'as anybody': 0, misread: 1.5 };
type Person = keyof typeof SHIFTS;

/** What is written, and what the table is made of. */
interface Measured {
  readonly graph: { readonly path: string; readonly sha256: string };
  readonly sentences: number;
  readonly draws: number;
  /** By person, method and number of marks. */
  readonly scores: Readonly<Record<Person, Readonly<Record<string, Readonly<Record<number, Score>>>>>>;
}

function methods(): Record<string, Method> {
  const all: Record<string, Method> = { 'no change': identity };
  for (const bias of [0.25, 0.5, 1, 2]) {
    all[`bias ${bias}`] = fitted({ bias, sharpness: 1e9 });
    for (const sharpness of [4, 16])
      all[`bias ${bias}, sharpness ${sharpness}`] = fitted({ bias, sharpness });
  }
  for (const strength of [1, 2, 4]) all[`prototypes ${strength}`] = prototypes(strength);
  return all;
}

function measure(): Measured {
  const graph = { path: GRAPH, sha256: createHash('sha256').update(graphBytes).digest('hex') };
  const scoresOf = (method: Method, shift: number) =>
    Object.fromEntries(COUNTS.map((count) => [count, judge(method, count, shift)]));
  const scores = Object.fromEntries(
    Object.entries(SHIFTS).map(([person, shift]) => [
      person,
      Object.fromEntries(Object.entries(methods()).map(([name, method]) => [name, scoresOf(method, shift)])),
    ]),
  ) as Measured['scores'];
  return { graph, sentences: reads.length, draws: DRAWS, scores };
}

/** What docs/apart.md shows of it: its words for each method, and the number of marks. */
const SHOWN = {
  'no change': 'no change',
  '**bias and temperature**': `bias ${PRIOR.bias}, sharpness ${PRIOR.sharpness}`,
  prototypes: 'prototypes 1',
  'prototypes, four times as strong': 'prototypes 4',
};
const SHOWN_COUNTS = [2, 8, 32];

/** The cells of the table, but for its head. */
function tableOf({ scores }: Measured): string[][] {
  const cell = (score?: Score) =>
    score ? `${(score.accuracy * 100).toFixed(1)} %, ${score.loss.toFixed(3)}` : 'not measured';
  return (['misread', 'as anybody'] as const).flatMap((person) =>
    Object.entries(SHOWN).map(([words, method]) => [
      `${person}: ${words}`,
      ...SHOWN_COUNTS.map((count) => cell(scores[person][method]?.[count])),
    ]),
  );
}

describe('marks of sentences, judged by others', () => {
  it('help where the model misreads a person, the more the better', () => {
    const before = judge(identity, 32, 1.5);
    const after = [4, 8, 16, 32].map((count) => judge(fitted(PRIOR), count, 1.5));
    expect(after.map(({ loss }) => loss)).toEqual(after.map(({ loss }) => loss).toSorted((a, b) => b - a));
    expect(after[0]?.loss).toBeLessThan(before.loss);
    expect(after.at(-1)?.loss).toBeLessThan(before.loss * 0.8);
    expect(after.at(-1)?.accuracy).toBeGreaterThan(before.accuracy + 0.05);
  });

  it('hardly hurt where there was nothing to mend', () => {
    const before = judge(identity, 32);
    for (const count of COUNTS) {
      expect(judge(fitted(PRIOR), count).loss).toBeLessThan(before.loss * 1.02);
    }
  });

  it.runIf(process.env['MEMO_MEASURE'] !== undefined)('are measured, and written', () => {
    writeFileSync(MEASURED, `${JSON.stringify(measure(), null, 2)}\n`);
  });
});

describe('the table of docs/apart.md', () => {
  const measured = () => JSON.parse(readFileSync(MEASURED, 'utf8')) as Measured;

  it('is of the graph that is shipped', () => {
    expect(measured().graph).toEqual({
      path: manifest.graphs.memobert.fp32?.path,
      sha256: manifest.graphs.memobert.fp32?.sha256,
    });
  });

  it('is what was measured', () => {
    const [, page = ''] = root('../docs/apart.md').toString().split('### What it is worth');
    const [said = ''] = page.split('\n## ');
    const rows = said.split('\n').filter((line) => line.startsWith('|'));
    expect(
      rows.slice(2).map((row) =>
        row
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      ),
    ).toEqual(tableOf(measured()));
    expect(said).toContain(`${measured().sentences} English sentences`);
    expect(said).toContain(`${measured().draws} draws`);
  });
});
