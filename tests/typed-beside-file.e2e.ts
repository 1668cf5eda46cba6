/** A text that is typed while a file is open: its answer is of the words alone, and nothing says that it is a moment's. */

import { expect, recorded, test } from './support/browser';
import { expectPhase, openPage } from './support/element';
import { fakeWorkers } from './support/fake-worker';

test('no moment is pointed at till one is chosen', async ({ open }) => {
  const page = await open();
  await fakeWorkers(page);
  await openPage(page);
  await page.locator('input[type=file]').first().setInputFiles(recorded.clip);
  await page.waitForFunction(() => document.querySelector('memo-bert')?.estimate !== null);
  await expectPhase(page, 'idle');
  const cursor = page.locator('memo-timeline [part=cursor]');
  await expect(cursor).toHaveCount(1);
  await page.getByRole('textbox', { name: /said/i }).fill('I love you');
  await page.getByRole('button', { name: 'Read it' }).click();
  await expect(cursor).toHaveCount(0);
  const note = page.locator('memo-timeline').getByText('The answer is of what was typed, alone.');
  await expect(note).toBeVisible();
  await page.getByRole('slider').focus();
  await page.keyboard.press('Home');
  await expect(cursor).toHaveCount(1);
  await expect(note).toHaveCount(0);
});
