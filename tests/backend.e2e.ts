/** Which backend runs, and that it says so. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checkManifest } from '../src/runtime/manifest-check';
import { runFirstInWorker } from './support/engine-worker';
import { expectWhole, nextEstimate, nextError, openPage, press } from './support/element';
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

for (const [kind, build, before, bundle] of [
  ['suspends WebAssembly', 'jspi', '', 'shipped'],
  // the shipped graphs have answered by the other build
  ['cannot suspend it', 'asyncify', 'delete WebAssembly.Suspending', 'tiny'],
] as const) {
  test(`WebGPU on the software adapter, in a browser that ${kind}: golden vectors hold and an estimate comes`, async ({
    open,
  }) => {
    test.setTimeout(900_000);
    const page = await open({ softwareWebGpu: true, bundle });
    if (before !== '') await runFirstInWorker(page, before);
    const builds: string[] = [];
    page.context().on('request', (request) => {
      const [, name] = /ort-wasm-simd-threaded\.(\w+)-[^/]*\.wasm$/.exec(request.url()) ?? [];
      if (name !== undefined) builds.push(name);
    });
    await openPage(page, '?device=webgpu&software-adapter');
    await press(page, /without a camera/i);
    const estimate = await nextEstimate(page, 'any', 840_000);
    expect(estimate.backend).toBe('webgpu');
    expectWhole(estimate);
    expect(builds).toEqual([build]);
  });
}
