/**
 * The face on WebGPU beside the CPU's way, on the software adapter: the crop alone on many faces and frames, and one run through
 * DenseFace. Numbers are of DenseFace's input, normalised: a deviation is 65 grey levels, a level 0.015.
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import type * as FacePage from '../src/encoders/testing/gpu-face-page';
import type { CropCase, FrameKind } from '../src/encoders/testing/crop-page';
import { difference } from '../src/encoders/testing/parity-signals';
import { checkManifest } from '../src/runtime/manifest-check';
import { expect, test } from './support/browser';
import { openScript, pageScript } from './support/page-script';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { crops } = JSON.parse(readFileSync(at('src/encoders/testing/fixtures/face.json'), 'utf8')) as {
  crops: readonly (CropCase & { readonly name: string })[];
};
const { face } = checkManifest(JSON.parse(readFileSync(at('public/models/small/manifest.json'), 'utf8')));

/**
 * Of all numbers of a crop, on average. Measured: 6e-5 to 1.2e-4 of RGB frames; 4e-4 to 8e-4 of I420, whose colours each way rounds for
 * itself.
 */
const MEAN = 1e-3;
/** Of a face that is not turned at all, which no detector gives: there the canvas places pixels more coarsely. Measured: 7.3e-3. */
const MEAN_UPRIGHT = 1e-2;
/** A channel that is rounded the other way, where few pixels make a cell. Measured: 0.0069 of RGB frames, 0.0154 of I420. */
const MOST = 0.02;
/** Where the frame's edge runs through a cell, who is inside is a matter of rounding: so many of the numbers may be further off. */
const SHARE_BEYOND = 0.005;

let script = '';

test.beforeAll(async () => {
  script = await pageScript('encoders/testing/gpu-face-page.ts', 'facePage');
});

interface InPage {
  readonly facePage: typeof FacePage;
}

function cropsIn(page: Page, asked: CropCase, kind: FrameKind) {
  return page.evaluate(
    ([of, frame, manifest]) => (globalThis as unknown as InPage).facePage.crops(of, frame, manifest),
    [asked, kind, face] as const,
  );
}

/** Boxes, turns and sizes beyond those that Python has cut out as well. */
const MORE: readonly (CropCase & { readonly name: string })[] = [
  turned('upright', 320, 240, 90, 0),
  turned('upside down', 320, 240, 120, Math.PI),
  turned('a quarter turned, portrait', 360, 640, 150, Math.PI / 2),
  turned('in a corner', 641, 359, 110, -0.4, { x: 620, y: 20 }),
  turned('outside', 320, 240, 60, 0.2, { x: 400, y: 300 }),
];

function turned(
  name: string,
  width: number,
  height: number,
  side: number,
  roll: number,
  { x, y } = { x: width / 2, y: height / 2 },
) {
  const [dx, dy] = [(Math.cos(roll) * side) / 5, (Math.sin(roll) * side) / 5];
  return {
    ...{ name, width, height },
    box: { x: x - side / 2, y: y - side / 2, width: side, height: side },
    leftEye: { x: x - dx, y: y - dy },
    rightEye: { x: x + dx, y: y + dy },
  };
}

const CASES: Readonly<Record<FrameKind, readonly (CropCase & { readonly name: string })[]>> = {
  rgba: [...crops, ...MORE],
  i420: crops.slice(0, 3),
  bitmap: [...crops.slice(0, 1), ...MORE.slice(3)],
};

for (const kind of ['bitmap', 'rgba', 'i420'] as const) {
  test(`a crop on the GPU is the canvas’s, of ${kind} frames`, async ({ open }) => {
    test.setTimeout(300_000);
    const page = await open({ softwareWebGpu: true, softwareFrames: true });
    await openScript(page, script);
    for (const asked of CASES[kind]) {
      const got = await cropsIn(page, asked, kind);
      expect(got.errors).toEqual([]);
      const { mean } = difference(got.gpu, got.canvas);
      expect.soft(mean, asked.name).toBeLessThan(asked.name === 'upright' ? MEAN_UPRIGHT : MEAN);
      const far = got.gpu.filter((value, index) => Math.abs(value - (got.canvas[index] ?? NaN)) > MOST);
      expect.soft(far.length / got.gpu.length, asked.name).toBeLessThan(SHARE_BEYOND);
      const [sum = NaN, squares = NaN] = got.light;
      const average = sum / got.gpu.length;
      const deviation = Math.sqrt(Math.max(0, squares / got.gpu.length - average ** 2));
      const { brightness, contrast } = got.canvasLight;
      expect.soft(face.mean + face.std * average, asked.name).toBeCloseTo(brightness, 0);
      expect.soft(face.std * deviation, asked.name).toBeCloseTo(contrast, 0);
    }
  });
}

test('a look through DenseFace: features, logits and light are those of the CPU’s crop', async ({ open }) => {
  test.setTimeout(600_000);
  const page = await open({ softwareWebGpu: true, softwareFrames: true });
  await page.route('**/ort.wasm', (route) =>
    route.fulfill({
      contentType: 'application/wasm',
      path: at('node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify.wasm'),
    }),
  );
  await page.route('**/ort.mjs', (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      path: at('node_modules/onnxruntime-web/dist/ort.webgpu.bundle.min.mjs'),
    }),
  );
  await page.route('**/denseface.onnx', (route) =>
    route.fulfill({ path: at('public/models/small/denseface.onnx') }),
  );
  await openScript(page, script);
  const [asked] = crops;
  if (asked === undefined) throw new Error('no crop');
  const got = await page.evaluate(
    ([of, manifest]) =>
      (globalThis as unknown as InPage).facePage.looks(of, 'rgba', manifest, {
        model: new URL('denseface.onnx', location.href).href,
        ort: new URL('ort.mjs', location.href).href,
        wasm: new URL('ort.wasm', location.href).href,
      }),
    [asked, face] as const,
  );
  test.info().annotations.push({ type: 'milliseconds', description: JSON.stringify(got.milliseconds) });
  expect(got.errors).toEqual([]);
  expect(got.croppedOn).toBe('gpu');
  const scale = Math.max(1, ...got.features.cpu.map(Math.abs));
  expect(got.features.gpu).toHaveLength(face.featureSize);
  expect(difference(got.features.gpu, got.features.cpu).largest / scale).toBeLessThan(1e-3);
  expect(difference(got.logits.gpu, got.logits.cpu).largest).toBeLessThan(5e-3);
  expect(got.light.gpu).toEqual({
    brightness: expect.closeTo(Number(Object.values(got.light.cpu)[0]), 1),
    contrast: expect.closeTo(Number(Object.values(got.light.cpu)[1]), 1),
  });
  // MEmoBERT's input: the feature in its place, zeros in all others
  const wanted = new Array<number>(2 * face.maxFrames * face.featureSize).fill(0);
  wanted.splice(0, face.featureSize, ...got.features.gpu);
  expect(got.input).toEqual(wanted);
});
