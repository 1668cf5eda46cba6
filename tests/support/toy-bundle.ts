/**
 * The tiny bundle of random weights (`training/memobert/toy_bundle_fixture.py`) in place of the shipped one: for what is about no
 * answer. The shipped graphs take seconds more at each start, and minutes on a software adapter. It answers under any folder's
 * `models/small`: where the place or a copy of the bundle is what is tested, it would hide what is missing.
 */

import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext } from '@playwright/test';

export const TOY_BUNDLE = fileURLToPath(new URL('../fixtures/toy-bundle/', import.meta.url));

/** From now on its pages, their workers too, are given the tiny one; what a page routes itself goes before. */
export async function giveToyBundle(context: BrowserContext): Promise<void> {
  await context.route('**/models/small/*', (route) =>
    route.fulfill({ path: `${TOY_BUNDLE}${basename(new URL(route.request().url()).pathname)}` }),
  );
}
