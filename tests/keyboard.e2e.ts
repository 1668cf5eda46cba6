/** Where the keyboard is while what it was at goes by. */

import type { Page } from '@playwright/test';
import { expect, recorded, test } from './support/browser';
import { expectPhase, openPage } from './support/element';
import { fakeWorkers } from './support/fake-worker';

declare global {
  interface Window {
    /** To be drawn. */
    waiting: FrameRequestCallback[];
  }
}

/** Seconds of the moment whose answer is shown. */
const shown = (page: Page) => page.evaluate(() => document.querySelector('memo-bert')?.estimate?.time);

test('who goes from an ended analysis to its timeline at once stays there: no button takes the keyboard', async ({
  open,
}) => {
  const page = await open();
  await fakeWorkers(page);
  await openPage(page);
  // a busy machine: frames are drawn when the test says so
  await page.evaluate(() => {
    window.waiting = [];
    window.requestAnimationFrame = (frame) => window.waiting.push(frame);
  });
  await page.locator('input[type=file]').first().setInputFiles(recorded.clip);
  await expect.poll(() => shown(page)).toBeGreaterThan(2);
  await expectPhase(page, 'idle');
  const slider = page.getByRole('slider');
  await slider.focus();
  await page.evaluate(() => window.waiting.splice(0).forEach((draw) => draw(performance.now())));
  expect(await slider.evaluate((element) => element.matches(':focus'))).toBe(true);
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  expect(await shown(page)).toBe(1);
});
