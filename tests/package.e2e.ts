/** The package in somebody else's project, as `scripts/test-package.mjs` installed and built it: it runs, and asks for nothing elsewhere. */

import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { preview, type PreviewServer } from 'vite';
import type { Estimate } from '../src';
import { expect, test } from './support/browser';
import { expectWhole, nextEstimate, openPage, press } from './support/element';

const root = fileURLToPath(new URL('../test-results', import.meta.url));
const outDir = `${root}/package`;
let server: PreviewServer;
let baseURL: string;

/** Several models are loaded from cold. */
const FIRST_ESTIMATE_MS = 120_000;
test.setTimeout(240_000);

test.beforeAll(async () => {
  expect(existsSync(`${outDir}/index.html`), 'run node scripts/test-package.mjs first').toBe(true);
  const options = { port: 0, host: 'localhost' };
  server = await preview({ configFile: false, root, build: { outDir }, preview: options });
  baseURL = `http://localhost:${(server.httpServer.address() as AddressInfo).port}/`;
});

test.afterAll(() => server.close());

test('the element, bundled by a Vite that knows nothing of it', async ({ open }) => {
  const page = await open({ baseURL });
  await openPage(page, './');
  await press(page, /without a camera/i);
  expectWhole(await nextEstimate(page, 'face', FIRST_ESTIMATE_MS));
  expectWhole(await nextEstimate(page, 'voice'));
  await expect(page.locator('output')).not.toBeEmpty();
});

test('the element, bundled by a webpack that knows nothing of it', async ({ open }) => {
  const page = await open({ baseURL, bundle: 'tiny' });
  await openPage(page, 'webpack/');
  await press(page, /without a camera/i);
  expectWhole(await nextEstimate(page, 'face', FIRST_ESTIMATE_MS));
});

test('without an element: a file’s estimates one by one', async ({ open }) => {
  const page = await open({ baseURL });
  await page.goto('headless.html');
  await page.waitForFunction(() => 'analyse' in window);
  const told = await page.evaluate(async () => {
    const { analyse } = window as unknown as {
      analyse(address: string): Promise<{ estimates: Estimate[]; csv: string }>;
    };
    return analyse('actor/happy.mp3');
  });
  expect(told.estimates.length).toBeGreaterThan(1);
  expectWhole(told.estimates.at(-1)!);
  expect(told.csv.split('\n').length).toBeGreaterThan(told.estimates.length);
});

test('without an element: a stream of one’s own, and a frame and samples that are pushed', async ({
  open,
}) => {
  const page = await open({ baseURL, grant: ['camera'], bundle: 'tiny' });
  await page.goto('headless.html');
  await page.waitForFunction(() => 'watch' in window);
  const { streamed, pushed } = await page.evaluate(() => {
    const { watch } = window as unknown as {
      watch(address: string): Promise<Record<'streamed' | 'pushed', Estimate | null>>;
    };
    return watch('actor/happy.mp3');
  });
  for (const estimate of [streamed, pushed]) expectWhole(estimate!);
});

test('without a bundler: one script, copied', async ({ open }) => {
  const page = await open({ baseURL });
  await openPage(page, 'plain/');
  const field = page.getByRole('textbox').first();
  await field.fill('What a wonderful surprise');
  await field.press('Enter');
  expectWhole(await nextEstimate(page, 'text', FIRST_ESTIMATE_MS));
  const headless = await page.evaluate(
    async (address) => Object.keys((await import(address)) as object),
    new URL('recogniser.js', page.url()).href,
  );
  expect(headless).toContain('Recogniser');
});
