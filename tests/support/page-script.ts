/** A module of `src` as a script of an empty page, for what a browser alone can run. */

import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { build } from 'vite';

/** @param path under `src`; what it exports is the global `name` */
export async function pageScript(path: string, name: string): Promise<string> {
  const entry = fileURLToPath(new URL(`../../src/${path}`, import.meta.url));
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, target: 'es2023', lib: { entry, formats: ['iife'], name } },
  });
  const [first] = Array.isArray(built) ? built : [built];
  const chunk = first && 'output' in first ? first.output[0] : undefined;
  if (!chunk) throw new Error(`${path} gave no script.`);
  return chunk.code;
}

/** An empty page of the tests' own origin with the script in it: a VideoFrame asks for a secure one. */
export async function openScript(page: Page, script: string): Promise<void> {
  await page.route('**/empty.html', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>empty</title>' }),
  );
  await page.goto('empty.html');
  await page.addScriptTag({ content: script });
}
