/** Which backend runs, and that it says so. */

import { expectWhole, nextEstimate, nextError, openPage, press } from './support/element';
import { expect, test } from './support/browser';

test('without WebGPU it takes the CPU, and says so', async ({ open }) => {
  const page = await open();
  await openPage(page, './');
  await press(page, /without a camera/i);
  const estimate = await nextEstimate(page);
  expect(estimate.backend).toBe('wasm');
  await expect
    .poll(() => page.evaluate(() => document.querySelector('memo-bert')?.conditions.includes('cpu-fallback')))
    .toBe(true);
});

test('WebGPU forced where there is none is a clear error', async ({ open }) => {
  const page = await open();
  await openPage(page, '?device=webgpu');
  await press(page, /without a camera/i);
  expect(await nextError(page)).toBe('backend-unavailable');
});

test('a software adapter is not taken for a GPU', async ({ open }) => {
  const page = await open({ softwareWebGpu: true });
  await openPage(page, './');
  await press(page, /without a camera/i);
  expect((await nextEstimate(page)).backend).toBe('wasm');
});

test('WebGPU on the software adapter: golden vectors hold and an estimate comes', async ({ open }) => {
  test.setTimeout(900_000);
  const page = await open({ softwareWebGpu: true });
  await openPage(page, '?device=webgpu&software-adapter');
  await press(page, /without a camera/i);
  const estimate = await nextEstimate(page, 'any', 840_000);
  expect(estimate.backend).toBe('webgpu');
  expectWhole(estimate);
});
