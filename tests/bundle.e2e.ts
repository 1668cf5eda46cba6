/** A bundle that is damaged on the way: a typed error that is shown, and Start works once it is whole again. */

import type { Page, Route } from '@playwright/test';
import { expectPhase, expectWhole, nextError, nextEstimate, openPage, press } from './support/element';
import { expect, test } from './support/browser';

/** Asked for outside of the browser, whose proxy lets nothing out. */
async function served(route: Route): Promise<Buffer<ArrayBuffer>> {
  const response = await fetch(route.request().url());
  return Buffer.from(await response.arrayBuffer());
}

async function corrupt(route: Route): Promise<void> {
  const body = await served(route);
  body.fill(0, body.length >> 1, (body.length >> 1) + 64);
  await route.fulfill({ body, contentType: 'application/octet-stream' });
}

async function withoutPrompt(route: Route): Promise<void> {
  const manifest = JSON.parse((await served(route)).toString()) as Record<string, unknown>;
  await route.fulfill({ json: { ...manifest, prompt: 'I am happy.' } });
}

async function breakThenMend(
  page: Page,
  pattern: string,
  harm: (route: Route) => Promise<void>,
  code: string,
) {
  await openPage(page);
  await page.route(pattern, harm);
  await press(page, /without a camera/i);
  expect(await nextError(page)).toBe(code);
  await expect(page.getByRole('alert').first()).toBeVisible();
  await expectPhase(page, 'error');
  await page.unroute(pattern);
  await press(page, /without a camera/i);
  expectWhole(await nextEstimate(page));
}

test('a corrupted graph', async ({ open }) => {
  // whichever face encoder the manifest has for this backend
  await breakThenMend(await open(), '**/models/small/denseface*.onnx', corrupt, 'model-integrity');
});

test('a manifest that names a missing file', async ({ open }) => {
  const missing = (route: Route) => route.fulfill({ status: 404, body: 'not here' });
  // whichever file of the voice the manifest has for this backend
  await breakThenMend(
    await open({ bundle: 'tiny' }),
    '**/models/small/wav2vec2*.onnx',
    missing,
    'file-missing',
  );
});

test('a manifest that is not one', async ({ open }) => {
  await breakThenMend(
    await open({ bundle: 'tiny' }),
    '**/models/small/manifest.json',
    withoutPrompt,
    'manifest-invalid',
  );
});

test('no network on the way to the manifest', async ({ open }) => {
  await breakThenMend(
    await open({ bundle: 'tiny' }),
    '**/models/small/manifest.json',
    (route) => route.abort(),
    'manifest-unreachable',
  );
});

test('an empty bundle', async ({ open }) => {
  await breakThenMend(
    await open({ bundle: 'tiny' }),
    '**/models/small/manifest.json',
    (route) => route.fulfill({ body: '', contentType: 'application/json' }),
    'manifest-invalid',
  );
});
