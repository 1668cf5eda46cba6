/**
 * The main thread is never away for longer than 50 ms at once: from the click on Start to the first answer of all models,
 * in twenty seconds of the actor, seen, heard and read, while a file is analysed, and while the playground is used. Each is
 * traced to its end, where a task that is put there must be seen. Left out: what the test itself asks of the page (it looks for
 * elements in all shadow roots), but not what the page does upon it; and reading the page itself, before Start.
 */

import type { Page } from '@playwright/test';
import { expect, recorded, test } from './support/browser';
import { expectPhase, expectWhole, nextEstimate, openPage, press } from './support/element';
import { MOST_MS, tasksDuring } from './support/main-thread';
import { drag, filled } from './support/playground';

const SECONDS = 20;

/** On the source's clock. */
async function goesOn(page: Page, seconds: number): Promise<void> {
  const from = await page.evaluate(() => window.estimates.at(-1)!.time);
  await page.waitForFunction((time) => (window.estimates.at(-1)?.time ?? 0) >= time, from + seconds, {
    polling: 250,
    timeout: 180_000,
  });
}

async function expectNoLongTask(page: Page, during: () => Promise<unknown>): Promise<void> {
  const { own, put } = await tasksDuring(page, during);
  const { cpuMs: longest = 0 } = own[0] ?? {};
  test
    .info()
    .annotations.push({ type: 'measured', description: `${own.length} tasks, ${longest} ms at most` });
  // it was traced: every frame and estimate is some
  expect(own.length).toBeGreaterThan(100);
  expect(own.filter(({ cpuMs }) => cpuMs > MOST_MS)).toEqual([]);
  expect(put?.cpuMs).toBeGreaterThan(MOST_MS);
}

test('no task over 50 ms from Start to the first answer of all models', async ({ open }) => {
  test.setTimeout(420_000);
  const page = await open({ grant: ['camera', 'microphone'], tiersUpEarly: true });
  await openPage(page);
  await expectNoLongTask(page, async () => {
    await press(page, /^start/i);
    expectWhole(await nextEstimate(page, 'any', 180_000));
  });
});

test('no task over 50 ms in 20 s of the actor', async ({ open }) => {
  test.setTimeout(420_000);
  const page = await open({ tiersUpEarly: true });
  await openPage(page);
  await press(page, /without a camera/i);
  await nextEstimate(page, 'voice', 180_000);
  await nextEstimate(page, 'face');
  await expectNoLongTask(page, () => goesOn(page, SECONDS));
  expectWhole(await nextEstimate(page));
});

test('no task over 50 ms while a file is analysed, nor in the playground after it', async ({ open }) => {
  test.setTimeout(900_000);
  const page = await open({ tiersUpEarly: true });
  await openPage(page);
  await page.getByTestId('text').fill('What a wonderful surprise, thank you');
  await expectNoLongTask(page, async () => {
    await page.locator('input[type=file]').first().setInputFiles(recorded.clip);
    await nextEstimate(page, 'any', 180_000);
    await expectPhase(page, 'idle', 180_000);
  });
  await expectNoLongTask(page, async () => {
    await page.getByTestId('open-playground').click();
    await page.getByTestId('take').click();
    await page.getByTestId('word-2').click();
    await filled(page, 'words');
    await drag(page, 'faces', 0.3, 0.7);
    await filled(page, 'face');
    await page.getByTestId('span-voice').getByRole('slider').last().focus();
    for (let at = 0; at < 10; at += 1) await page.keyboard.press('ArrowRight');
    await filled(page, 'voice');
    await filled(page, 'answer');
    await page.getByTestId('show-all').click();
    await expect(page.getByTestId('filled-face')).toHaveCount(0);
  });
});
