/** The page in a frame of another origin, as docs/embedding-checklist.md shows it: with `allow`, and without it. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Frame, Page } from '@playwright/test';
import { expect, test } from './support/browser';
import { fakeWorkers } from './support/fake-worker';

const AROUND = 'http://localhost:8099';
const guide = readFileSync(fileURLToPath(new URL('../docs/embedding-checklist.md', import.meta.url)), 'utf8');

/** The guide's own frame with this page in it. */
function example(address: string): string {
  const frame = /```html\n(<iframe[^]*?<\/iframe>)\n```/.exec(guide)?.[1] ?? '';
  return frame.replace(/src="[^"]*"/, `src="${address}"`);
}

async function openFrame(page: Page, baseURL: string, frame: string): Promise<Frame> {
  await fakeWorkers(page);
  const body = `<!doctype html><html lang="en"><head><title>Around</title></head><body>${frame}</body></html>`;
  await page.route(`${AROUND}/**`, (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto(`${AROUND}/`);
  await page.waitForFunction(() => document.querySelector('iframe') !== null);
  const found = () => page.frames().find((one) => one.url().startsWith(baseURL));
  await expect.poll(() => found() !== undefined).toBe(true);
  await found()!.waitForFunction(() => customElements.get('memo-bert') !== undefined);
  return found()!;
}

const start = (frame: Frame) =>
  frame
    .getByRole('button', { name: /^start/i })
    .first()
    .click();
const state = (frame: Frame) => frame.evaluate(() => document.querySelector('memo-bert')?.state);

test('the guide’s frame: told before the first frame, then camera and microphone, and both end with Stop', async ({
  open,
  baseURL,
}) => {
  const page = await open({ grant: ['camera', 'microphone'], around: AROUND });
  const frame = await openFrame(page, baseURL!, example(`${baseURL!}?device=wasm`));
  expect(await frame.evaluate(() => window.grantedTracks.length)).toBe(0);
  await expect(frame.getByTestId('consent')).toBeVisible();
  await expect(frame.getByTestId('consent')).toContainText(/face and your voice.*can be wrong/);
  await start(frame);
  await expect.poll(() => state(frame)).toBe('listening');
  await expect(frame.getByTestId('live')).toContainText('Camera on');
  await expect(frame.getByTestId('live')).toContainText('Microphone on');
  await frame.waitForFunction(() => document.querySelector('memo-bert')?.estimate?.faces.length === 2);
  await frame.getByRole('button', { name: /^stop/i }).first().click();
  const tracks = await frame.evaluate(() => window.grantedTracks.map(({ readyState }) => readyState));
  expect(tracks).toEqual(['ended', 'ended']);
});

test('the same frame without allow: refused, and the element says so', async ({ open, baseURL }) => {
  const page = await open({ grant: ['camera', 'microphone'], around: AROUND });
  const bare = example(`${baseURL!}?device=wasm`).replace(/\s*allow="[^"]*"/, '');
  const frame = await openFrame(page, baseURL!, bare);
  await start(frame);
  await expect(frame.getByRole('alert').first()).toContainText(/refused/i);
  await expect(frame.getByTestId('error')).toHaveAttribute('data-code', 'devices-denied');
  expect(await frame.evaluate(() => window.grantedTracks.length)).toBe(0);
});
