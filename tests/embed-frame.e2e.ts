/** The page in a frame of another origin, as docs/embedding-checklist.md shows it: with `allow`, and without it. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Frame } from '@playwright/test';
import { expect, test as base } from './support/browser';
import { fakeWorkers } from './support/fake-worker';

const guide = readFileSync(fileURLToPath(new URL('../docs/embedding-checklist.md', import.meta.url)), 'utf8');

/** The guide's own frame with this page in it. */
function example(address: string): string {
  const frame = /```html\n(<iframe[^]*?<\/iframe>)\n```/.exec(guide)?.[1] ?? '';
  return frame.replace(/src="[^"]*"/, `src="${address}"`);
}

/** A page of another origin around the frame; a server of its own, for browsers let no made-up page frame the local network. */
const around = base.extend<{ frameIn: (frame: string) => Promise<Frame> }>({
  frameIn: async ({ open, baseURL }, use) => {
    let body = '';
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    await use(async (frame) => {
      body = `<!doctype html><html lang="en"><head><title>Around</title></head><body>${frame}</body></html>`;
      const page = await open({ grant: ['camera', 'microphone'], around: origin });
      await fakeWorkers(page);
      await page.goto(origin);
      const found = () => page.frames().find((one) => one.url().startsWith(baseURL ?? 'nowhere'));
      await expect.poll(() => found() !== undefined).toBe(true);
      await found()!.waitForFunction(() => customElements.get('memo-bert') !== undefined);
      return found()!;
    });
    server.close();
    server.closeAllConnections();
  },
});

const start = (frame: Frame) =>
  frame
    .getByRole('button', { name: /^start/i })
    .first()
    .click();
const state = (frame: Frame) => frame.evaluate(() => document.querySelector('memo-bert')?.state);

around(
  'the guide’s frame: told before the first frame, then camera and microphone, and both end with Stop',
  async ({ frameIn, baseURL }) => {
    const frame = await frameIn(example(`${baseURL!}?device=wasm`));
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
  },
);

around('the same frame without allow: refused, and the element says so', async ({ frameIn, baseURL }) => {
  const bare = example(`${baseURL!}?device=wasm`).replace(/\s*allow="[^"]*"/, '');
  const frame = await frameIn(bare);
  await start(frame);
  await expect(frame.getByRole('alert').first()).toContainText(/refused/i);
  await expect(frame.getByTestId('error')).toHaveAttribute('data-code', 'devices-denied');
  expect(await frame.evaluate(() => window.grantedTracks.length)).toBe(0);
});
