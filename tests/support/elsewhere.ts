/** The built element in a page of somebody else's. */

import type { Page } from '@playwright/test';
import type { MemoBert } from '../../src/elements';
import { openPage } from './element';
import { fakeWorkers } from './fake-worker';

/** A page of somebody else's with this body, and the element's module; without a model unless one is wanted. */
export async function openBody(page: Page, body: string, model: 'fake' | 'real' = 'fake'): Promise<void> {
  if (model === 'fake') await fakeWorkers(page);
  const html = `<!doctype html><html lang="en"><head><title>Elsewhere</title>
<script type="module" src="./memo-bert.js"></script></head><body>${body}</body></html>`;
  await page.route('**/elsewhere.html', (route) => route.fulfill({ contentType: 'text/html', body: html }));
  await openPage(page, 'elsewhere.html');
}

/** Runs in the page, with the first `<memo-bert>` there. */
export const element = (page: Page, run: (found: MemoBert) => unknown) =>
  page.evaluate(`(${run.toString()})(document.querySelector('memo-bert'))`);
