/** The committed bundle in Node: every file is what the manifest says, and every graph in every precision answers as PyTorch did. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { softmax } from '../src/memobert/distribution';
import { goldenOf, parseGolden } from '../src/runtime/golden';
import { planGraphs } from '../src/runtime/graph-plan';
import { PRECISIONS, type GoldenTensor } from '../src/runtime/manifest';
import { checkManifest } from '../src/runtime/manifest-check';
import { filesOf, graphsOf } from '../src/runtime/manifest-files';

const folder = new URL('../public/models/small/', import.meta.url);
const read = (path: string) => readFileSync(fileURLToPath(new URL(path, folder)));
const manifest = checkManifest(JSON.parse(read('manifest.json').toString()));
const golden = parseGolden(read(manifest.golden.path), graphsOf(manifest));

const graphFiles = graphsOf(manifest).flatMap((name) =>
  PRECISIONS.flatMap((precision) => {
    const file = manifest.graphs[name]?.[precision];
    return file === undefined ? [] : [{ name, precision, file }];
  }),
);
/** Of a file that says nothing: it may be off by the 1e-3 of every graph, and no more. */
const NONE = { probability: 0, feature: 0 };

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
  it.each(filesOf(manifest))('$path is what the manifest says', ({ path, bytes, sha256 }) => {
    const data = read(path);
    expect(data.length).toBe(bytes);
    expect(createHash('sha256').update(data).digest('hex')).toBe(sha256);
  });

  it.each([
    { name: 'webgpu', shaderF16: true },
    { name: 'webgpu', shaderF16: false },
    { name: 'wasm', shaderF16: false },
  ] as const)('is under 60 MB for $name (shader-f16: $shaderF16)', (target) => {
    const { tokenizer, tokenizerConfig } = manifest.text;
    const planned = Object.values(planGraphs(manifest, target)).map(({ file }) => file);
    const files = [tokenizer, tokenizerConfig, manifest.golden, ...planned];
    expect(files.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(60e6);
  });
});

describe.each(graphFiles)('$name, $precision', ({ name, file }) => {
  it('answers the golden inputs as PyTorch did', { timeout: 120_000 }, async () => {
    const { deviation = NONE } = file;
    const cases = goldenOf(golden, name);
    const session = await ort.InferenceSession.create(new Uint8Array(read(file.path)));
    const inputs = Object.entries(cases.inputs).map(([key, value]) => [key, tensor(value)] as const);
    const answers = await session.run(Object.fromEntries(inputs));
    for (const [key, expected] of Object.entries(cases.outputs)) {
      const answer = answers[key];
      expect(answer?.dims).toEqual(expected.dims);
      const got = Array.from(answer?.data as Float32Array).slice(0, expected.data.length);
      const most = expected.data.reduce((a, b) => Math.max(a, Math.abs(b)), 1);
      // what a precision of its own moves a logit by counts as its softmax alone
      if (!key.endsWith('logits') || file.deviation === undefined) {
        got.forEach((value, index) => {
          const off = Math.abs(value - (expected.data[index] ?? NaN)) / most;
          expect(off).toBeLessThan(1e-3 + deviation.feature);
        });
      }
      if (!key.endsWith('logits')) continue;
      const width = expected.dims.at(-1) ?? 1;
      const wanted = rowsOf(expected.data, width);
      rowsOf(got, width).forEach((row, index) => {
        const [a, b] = [softmax(row), softmax(wanted[index] ?? [])];
        expect(a.indexOf(Math.max(...a))).toBe(b.indexOf(Math.max(...b)));
        expect(Math.max(...a.map((value, place) => Math.abs(value - (b[place] ?? 0))))).toBeLessThan(
          1e-3 + deviation.probability,
        );
      });
    }
    await session.release();
  });
});
