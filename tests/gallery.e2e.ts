/** Each example of the gallery does what it says, and the code beneath it is the code that ran; the card is readable. */

import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './support/browser';
import { fakeWorkers } from './support/fake-worker';

const example = (page: Page, id: string): Locator => page.locator(`section[aria-labelledby=${id}]`);

test('the examples run, each as it says', async ({ open }) => {
  const page = await open({ grant: ['camera'] });
  await fakeWorkers(page);
  await page.goto('examples/gallery.html');

  const minimal = example(page, 'minimal');
  await minimal.getByTestId('actor').click();
  await expect(minimal.getByTestId('top')).toHaveText(/\w+/);
  await minimal.getByTestId('stop').click();

  const themed = example(page, 'themed');
  const grounds = await themed
    .locator('memo-bert')
    .evaluateAll((elements) => elements.map((element) => getComputedStyle(element).backgroundColor));
  expect(grounds).toEqual(['rgb(251, 246, 234)', 'rgb(16, 22, 43)']);
  await expect(themed.getByTestId('start').nth(1)).toHaveText(/시작/);

  const face = example(page, 'face');
  await expect(face.getByTestId('switch-microphone')).toHaveCount(0);
  await face.getByTestId('start').click();
  await expect(face.locator('memo-bars .top')).toHaveCount(1);
  expect(await page.evaluate(() => window.grantedTracks.map(({ kind }) => kind))).toEqual(['video']);
  await face.getByTestId('stop').click();

  const words = example(page, 'words');
  await expect(words.getByTestId('start')).toHaveCount(0);
  await words.getByTestId('text').fill('What on earth is this?');
  await words.getByTestId('send').click();
  await expect(words.getByTestId('top')).toHaveText(/^(happy|surprised|angry)$/);
  await expect(words.locator('memo-prompt')).toContainText('They sound');

  const file = example(page, 'file');
  await file.getByTestId('start').click();
  await expect(file.getByRole('slider')).toBeVisible();
  await expect(file.getByTestId('export-csv')).toBeEnabled();

  const captions = example(page, 'captions');
  await captions.getByTestId('start').click();
  await expect(captions.getByTestId('modality-text').locator('.answer b')).toHaveText(/\w+/);
});

test('the code that is shown is the code that runs', async ({ open }) => {
  const page = await open({ grant: ['clipboard-read', 'clipboard-write'] });
  await page.goto('examples/gallery.html');
  await expect(page.locator('figure').first()).toBeVisible();
  const pairs = await page.evaluate(() =>
    [...document.querySelectorAll('[data-example]')].map((live) => {
      const shown = live.nextElementSibling?.querySelector('code')?.textContent ?? '';
      const parsed = new DOMParser().parseFromString(shown, 'text/html').body;
      const flat = (root: Element) =>
        [...root.querySelectorAll('*')].map(({ localName, attributes }) =>
          [localName, ...[...attributes].map(({ name, value }) => `${name}=${value}`)].join(' '),
        );
      return {
        live: flat(live),
        shown: flat(parsed),
        columns: Math.max(...shown.split('\n').map((l) => l.length)),
      };
    }),
  );
  expect(pairs).toHaveLength(6);
  for (const { live, shown, columns } of pairs) {
    expect(shown).toEqual(live);
    expect(columns).toBeLessThanOrEqual(76);
  }
  for (const name of ['themes.css', 'compact.css', 'captions.js']) {
    const block = page.locator('figure', { has: page.getByText(name, { exact: true }) });
    const file = readFileSync(new URL(`../examples/gallery/${name}`, import.meta.url), 'utf8').trimEnd();
    expect(await block.locator('code').textContent()).toBe(file);
    await block.getByRole('button', { name: `Copy ${name}` }).click();
    await expect(block.getByRole('status')).toHaveText('Copied.');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(file);
  }
});

test('the model card is a page: its tables scroll on a phone, the page itself does not', async ({ open }) => {
  const page = await open({ viewport: { width: 390, height: 844 } });
  await page.goto('');
  // what comes late above it moves it: by key it is met wherever it is
  await page.getByRole('link', { name: 'Model card' }).press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('model card');
  const wide = page.locator('.table').filter({ hasText: 'arguments' });
  const sizes = await wide.evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth] as const);
  expect(sizes[0]).toBeGreaterThan(sizes[1]);
  await wide.focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => wide.evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  const dead = await page.locator('main a').evaluateAll(async (links) => {
    const here = (links as HTMLAnchorElement[])
      .map(({ href }) => href)
      .filter((href) => href.startsWith(origin));
    const answers = await Promise.all(here.map(async (href) => [href, (await fetch(href)).status] as const));
    return answers.filter(([, status]) => status !== 200);
  });
  expect(dead).toEqual([]);
});
