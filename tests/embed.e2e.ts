/** `<memo-bert>` in somebody else's page: one module, no build step, no isolation headers. */

import { expect, test } from './support/browser';
import { expectWhole, nextEstimate, openPage } from './support/element';

const PAGE = `<!doctype html><html lang="en"><head><title>Elsewhere</title>
<script type="module" src="./memo-bert.js"></script></head>
<body><memo-bert device="wasm"></memo-bert></body></html>`;

test('one script and one tag are enough', async ({ open }) => {
  const page = await open();
  await page.route('**/elsewhere.html', (route) => route.fulfill({ contentType: 'text/html', body: PAGE }));
  await openPage(page, 'elsewhere.html');
  expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(false);
  const field = page.getByRole('textbox').first();
  await field.fill('What a wonderful surprise');
  await field.press('Enter');
  expectWhole(await nextEstimate(page, 'text'));
});
