/**
 * The tiny bundle of random weights (`training/memobert/toy_bundle_fixture.py`) in place of the shipped one: for what is about files and
 * backends, not answers, where a software adapter would take the shipped graphs minutes.
 */

import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';

export const TOY_BUNDLE = fileURLToPath(new URL('../fixtures/toy-bundle/', import.meta.url));

/** From now on the page, its workers too, are given the tiny one. */
export async function giveToyBundle(page: Page): Promise<void> {
  await page.route('**/models/small/*', (route) =>
    route.fulfill({ path: `${TOY_BUNDLE}${basename(new URL(route.request().url()).pathname)}` }),
  );
}
