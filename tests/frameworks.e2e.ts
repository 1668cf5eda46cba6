/** The examples in React, Vue and Svelte, built against the package: properties go in, typed events come out, and what is taken away is given back. */

import type { Page } from '@playwright/test';
import type {} from '../src/elements';
import { expect, test } from './support/browser';
import { fakeWorkers } from './support/fake-worker';

const labelsOf = (page: Page) => page.evaluate(() => document.querySelector('memo-bert')?.labels);

for (const name of ['react', 'vue', 'svelte']) {
  test(`in ${name}`, async ({ open }) => {
    const page = await open();
    await fakeWorkers(page);
    await page.goto(`frameworks/${name}/`);
    const element = page.locator('memo-bert');
    await expect(element).toHaveAttribute('asset-base', '../../generated/');
    expect(await labelsOf(page)).toEqual(['happy', 'sad', 'angry']);
    expect(await page.evaluate(() => document.querySelector('memo-bert')?.smoothing)).toBe(0.5);

    await page.getByRole('button', { name: 'Ask about something else' }).click();
    await expect.poll(() => labelsOf(page)).toEqual(['surprised', 'scared', 'neutral']);

    const say = async () => {
      const field = element.getByRole('textbox').first();
      await field.fill('What a day');
      await field.press('Enter');
    };
    await say();
    await expect(page.locator('output')).toHaveText(/^(?:surprised|scared|neutral)$/);
    expect(page.workers()).toHaveLength(1);

    await page.getByRole('button', { name: 'Take it away' }).click();
    await expect(element).toHaveCount(0);
    await expect.poll(() => page.workers().length).toBe(0);

    await page.getByRole('button', { name: 'Bring it back' }).click();
    await say();
    await expect.poll(() => page.workers().length).toBe(1);
    await expect(page.locator('output')).toHaveText(/^(?:surprised|scared|neutral)$/);
  });
}

test('in React, hydrated from a server’s page: it comes once mounted', async ({ open }) => {
  const page = await open();
  await fakeWorkers(page);
  await page.goto('frameworks/react/hydrated.html');
  const field = page.locator('memo-bert').getByRole('textbox').first();
  await field.fill('What a day');
  await field.press('Enter');
  await expect(page.locator('output')).toHaveText('happy, sad, angry');
});
