/** The committed bundle in Node: every file is what the manifest says, and every graph answers as PyTorch did. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { softmax } from '../src/memobert/distribution';
import {
  GRAPHS,
  type BundleFile,
  type GoldenTensor,
  type GoldenVectors,
  type Manifest,
} from '../src/runtime/manifest';

const folder = new URL('../public/models/small/', import.meta.url);
const read = (path: string) => readFileSync(fileURLToPath(new URL(path, folder)));
const manifest = JSON.parse(read('manifest.json').toString()) as Manifest;
const golden = JSON.parse(read(manifest.golden.path).toString()) as GoldenVectors;

function files(): BundleFile[] {
  const graphs = GRAPHS.flatMap((name) => Object.values(manifest.graphs[name]));
  return [...graphs, manifest.golden, manifest.text.tokenizer, manifest.text.tokenizerConfig];
}

function tensor({ type, dims, data }: GoldenTensor): ort.Tensor {
  return type === 'int32'
    ? new ort.Tensor('int32', Int32Array.from(data), [...dims])
    : new ort.Tensor('float32', Float32Array.from(data), [...dims]);
}

function rowsOf(values: ArrayLike<number>, width: number): number[][] {
  const flat = Array.from(values);
  return Array.from({ length: flat.length / width }, (_, row) => flat.slice(row * width, (row + 1) * width));
}

describe('the bundle', () => {
  it.each(files())('$path is what the manifest says', ({ path, bytes, sha256 }) => {
    const data = read(path);
    expect(data.length).toBe(bytes);
    expect(createHash('sha256').update(data).digest('hex')).toBe(sha256);
  });

  it('is under 60 MB', () => {
    expect(files().reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(60e6);
  });
});

describe.each(GRAPHS)('%s', (name) => {
  it('answers the golden inputs as PyTorch did', { timeout: 120_000 }, async () => {
    const file = manifest.graphs[name].fp32;
    const session = await ort.InferenceSession.create(new Uint8Array(read(file?.path ?? 'missing')));
    const inputs = Object.entries(golden[name].inputs).map(([key, value]) => [key, tensor(value)] as const);
    const answers = await session.run(Object.fromEntries(inputs));
    for (const [key, expected] of Object.entries(golden[name].outputs)) {
      const answer = answers[key];
      expect(answer?.dims).toEqual(expected.dims);
      const got = Array.from(answer?.data as Float32Array).slice(0, expected.data.length);
      const most = expected.data.reduce((a, b) => Math.max(a, Math.abs(b)), 1);
      got.forEach((value, index) => {
        expect(Math.abs(value - (expected.data[index] ?? NaN)) / most).toBeLessThan(1e-3);
      });
      if (!key.endsWith('logits')) continue;
      const width = expected.dims.at(-1) ?? 1;
      const wanted = rowsOf(expected.data, width);
      rowsOf(got, width).forEach((row, index) => {
        const [a, b] = [softmax(row), softmax(wanted[index] ?? [])];
        expect(a.indexOf(Math.max(...a))).toBe(b.indexOf(Math.max(...b)));
        expect(Math.max(...a.map((value, place) => Math.abs(value - (b[place] ?? 0))))).toBeLessThan(1e-3);
      });
    }
    await session.release();
  });
});
