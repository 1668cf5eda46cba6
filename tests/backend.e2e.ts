/** Which backend runs, and that it says so. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { checkManifest } from '../src/runtime/manifest-check';
import { ENGINE, gpuWorkOf, runFirstInWorker, TELL_GPU_WORK } from './support/engine-worker';
import { expectPhase, expectWhole, nextEstimate, nextError, openPage, press } from './support/element';
import { expect, test } from './support/browser';

function shippedManifest() {
  const url = new URL('../public/models/small/manifest.json', import.meta.url);
  return checkManifest(JSON.parse(readFileSync(fileURLToPath(url), 'utf8')));
}

test('without WebGPU it takes the CPU, and says so', async ({ open }) => {
  const page = await open();
  await openPage(page, './');
  await press(page, /without a camera/i);
  const estimate = await nextEstimate(page);
  expect(estimate.backend).toBe('wasm');
  await expect
    .poll(() => page.evaluate(() => document.querySelector('memo-bert')?.conditions.includes('cpu-fallback')))
    .toBe(true);
  const { face } = shippedManifest();
  const backend = page.getByTestId('backend');
  await expect(backend).toHaveAttribute('data-face-graph', face.graphs?.wasm ?? 'denseface');
});

test('without WebGL in workers the voice is heard, and the status says why no face is found', async ({
  open,
}) => {
  const page = await open();
  await runFirstInWorker(
    page,
    `const { getContext } = OffscreenCanvas.prototype;
    OffscreenCanvas.prototype.getContext = function (kind, options) {
      return kind === 'webgl2' ? null : getContext.call(this, kind, options);
    }`,
  );
  await openPage(page, './');
  await press(page, /without a camera/i);
  await expect.poll(async () => (await nextEstimate(page)).modalities.voice.present).toBe(true);
  expect((await nextEstimate(page)).modalities.face.present).toBe(false);
  await expect(page.getByTestId('no-faces')).toContainText('hardware acceleration');
});

test('a WebGL context that is taken away: a fresh worker finds the face again, and no error is shown', async ({
  open,
}) => {
  const page = await open();
  await runFirstInWorker(
    page,
    `const { getContext } = OffscreenCanvas.prototype;
    OffscreenCanvas.prototype.getContext = function (kind, options) {
      const context = getContext.call(this, kind, options);
      if (kind === 'webgl2') self.webgl = context; // MediaPipe's is the last
      return context;
    }`,
  );
  await openPage(page, './');
  await press(page, /without a camera/i);
  const before = await nextEstimate(page, 'face');
  const recovering = page.waitForFunction(() =>
    document.querySelector('memo-bert')!.conditions.includes('recovering'),
  );
  const lost = page.workers().find((worker) => ENGINE.test(worker.url()))!;
  await lost.evaluate(() => {
    const { webgl } = self as unknown as { webgl: WebGL2RenderingContext };
    webgl.getExtension('WEBGL_lose_context')!.loseContext();
  });
  await recovering;
  await expectPhase(page, 'listening');
  const estimate = await nextEstimate(page, 'face');
  expect(estimate.time).toBeGreaterThan(before.time);
  expect(await page.evaluate(() => window.errorCodes)).toEqual([]);
  expect(page.workers()).not.toContain(lost);
});

test('WebGPU forced where there is none is a clear error', async ({ open }) => {
  const page = await open();
  await openPage(page, '?device=webgpu');
  await press(page, /without a camera/i);
  expect(await nextError(page)).toBe('backend-unavailable');
});

test('a software adapter is not taken for a GPU', async ({ open }) => {
  const page = await open({ bundle: 'tiny', softwareWebGpu: true });
  await openPage(page, './');
  await press(page, /without a camera/i);
  expect((await nextEstimate(page)).backend).toBe('wasm');
});

/** What a test of WebGPU on the software adapter asks about. */
async function openOnGpu(page: Page, before = '') {
  await runFirstInWorker(page, `${before};${TELL_GPU_WORK}`);
  const builds: string[] = [];
  page.context().on('request', (request) => {
    const [, name] = /ort-wasm-simd-threaded\.(\w+)-[^/]*\.wasm$/.exec(request.url()) ?? [];
    if (name !== undefined) builds.push(name);
  });
  const gpuWork = gpuWorkOf(page);
  await openPage(page, '?device=webgpu&software-adapter');
  const isReady = page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        document.querySelector('memo-bert')?.addEventListener('progress', ({ detail }) => {
          if (detail.step === 'ready') resolve();
        });
      }),
  );
  return { builds, gpuWork, isReady };
}

test('the shipped graphs on WebGPU’s software adapter: golden vectors hold, a text is read, and no shader is left to be made', async ({
  open,
}) => {
  test.setTimeout(900_000);
  const page = await open({ softwareWebGpu: true });
  const { builds, gpuWork, isReady } = await openOnGpu(page);
  const field = page.getByRole('textbox').first();
  // of a text nobody is looked at: looks, one after the other, would hold up what loads
  await field.fill('I love this, thank you so much, what a wonderful day');
  await field.press('Enter');
  await isReady;
  const warm = gpuWork();
  const estimate = await nextEstimate(page, 'text', 120_000);
  expect(estimate.backend).toBe('webgpu');
  expectWhole(estimate);
  expect(estimate.labels[estimate.probabilities.indexOf(Math.max(...estimate.probabilities))]).toBe('happy');
  expect(builds).toEqual(['jspi']);
  expect(warm.pipelines).toBeGreaterThan(50);
  // its answer, and nothing on the way to it
  expect(gpuWork(), 'pipelines that warm-up left out, buffers read').toEqual({
    ...warm,
    reads: warm.reads + 1,
  });
});

for (const [kind, build, before] of [
  ['suspends WebAssembly', 'jspi', ''],
  ['cannot suspend it', 'asyncify', 'delete WebAssembly.Suspending'],
] as const) {
  test(`WebGPU on the software adapter, in a browser that ${kind}: the actor is seen, heard and read`, async ({
    open,
  }) => {
    test.setTimeout(600_000);
    const page = await open({ softwareWebGpu: true, bundle: 'tiny' });
    const { builds, gpuWork, isReady } = await openOnGpu(page, before);
    await press(page, /without a camera/i);
    await isReady;
    const warm = gpuWork();
    const estimate = await nextEstimate(page, 'all', 540_000);
    expect(estimate.backend).toBe('webgpu');
    expectWhole(estimate);
    expect(builds).toEqual([build]);
    expect(warm.pipelines).toBeGreaterThan(50);
    expect(gpuWork().pipelines, 'what warm-up left out').toBe(warm.pipelines);
  });
}
