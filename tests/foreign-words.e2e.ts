/** What is typed in another script than English has no word for the model: it is not answered, and that is said. */

import { expect, test } from './support/browser';
import { openPage } from './support/element';

test('typed Korean is not read, and the field says so; English is', async ({ open }) => {
  const page = await open();
  await openPage(page);
  const field = page.getByTestId('text');
  const note = page.locator('memo-words').getByText('The model reads English');
  await field.fill('화가 나서 참을 수가 없어');
  await field.press('Enter');
  await expect(note).toBeVisible();
  await page.waitForFunction(() => document.querySelector('memo-bert')?.state === 'idle');
  expect(await page.evaluate(() => document.querySelector('memo-bert')!.estimate)).toBeNull();
  await field.fill('I am so angry that I cannot bear it');
  await field.press('Enter');
  await expect(note).toHaveCount(0);
  await expect(page.locator('memo-prompt')).toContainText('angry');
});

test('a sentence that is too long is told as that, however long it is', async ({ open }) => {
  const page = await open();
  await openPage(page);
  await page.getByTestId('text').fill('hello');
  await page.getByTestId('text').press('Enter');
  await page.waitForFunction(() => document.querySelector('memo-bert')?.estimate);
  await page.getByTestId('wording').click();
  await page.getByTestId('own-sentence').fill(`${'word '.repeat(200)}[MASK].`);
  await page.getByTestId('ask-own-sentence').click();
  const error = page.locator('memo-wording').getByTestId('error');
  await expect(error).toContainText('word pieces long');
  await expect(error).toHaveAttribute('data-code', 'prompt-invalid');
});
