/** A host that gets a new build while visitors have the one before: its late scripts are gone, and everybody still gets one version. */

import type { Page } from '@playwright/test';
import { expect, recorded, test as base } from './support/browser';
import { expectWhole, nextError, nextEstimate, openPage } from './support/element';
import { OwnHost } from './support/own-host';
import { TOY_BUNDLE } from './support/toy-bundle';

const test = base.extend<{ host: OwnHost }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from it
  host: async ({}, use) => {
    const host = await OwnHost.open(TOY_BUNDLE);
    await use(host);
    await host.close();
  },
});

/** Of a video: fetched with the first. */
const LATE_SCRIPT = 'demuxed-media';

/** The first visit: kept by its service worker, and touched, for every question to a page counts as such. */
async function visit(page: Page, path = '?device=wasm'): Promise<void> {
  await openPage(page, path);
  await expect(page.getByTestId('offline-state')).toHaveAttribute('data-work', 'none');
}

function deploy(host: OwnHost): void {
  host.rename(LATE_SCRIPT);
  host.deploy('second');
}

/** Once it has been loaded so often; asks the page nothing. */
function loaded(page: Page, times: number): Promise<void> {
  let loads = 0;
  return new Promise((resolve) => {
    page.on('load', () => {
      loads += 1;
      if (loads === times) resolve();
    });
  });
}

const openVideo = (page: Page) => page.locator('input[type=file]').first().setInputFiles(recorded.clip);

/** What was missing is there. */
async function expectVideo(page: Page): Promise<void> {
  await openPage(page, '?device=wasm');
  await openVideo(page);
  expectWhole(await nextEstimate(page, 'face', 120_000));
}

test('a page that nobody has touched gets the new version by itself, with all its scripts', async ({
  open,
  host,
}) => {
  test.setTimeout(300_000);
  const page = await open({ baseURL: host.url, serviceWorkers: 'allow' });
  await visit(page);
  deploy(host);
  // by the service worker of the version before, and then of this one
  const renewed = loaded(page, 2);
  await page.goto('?device=wasm');
  await renewed;
  await expect(page.locator('#second')).toHaveCount(1);
  await expectVideo(page);
});

test('not from under another tab that somebody has touched', async ({ open, host }) => {
  test.setTimeout(300_000);
  const page = await open({ baseURL: host.url, serviceWorkers: 'allow' });
  await visit(page);
  const asked = page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        navigator.serviceWorker.addEventListener('message', () => resolve());
      }),
  );
  deploy(host);
  const other = await page.context().newPage();
  await other.goto('?device=wasm');
  await asked;
  await expect(other.getByTestId('update')).toHaveAttribute('data-update', 'ready');
  for (const tab of [page, other]) await expect(tab.locator('#second')).toHaveCount(0);
});

for (const [language, cure, button] of [
  ['en', 'press “Update and reload”', 'Update and reload'],
  ['ko', '‘업데이트하고 새로 고침’을 누르십시오', '업데이트하고 새로 고침'],
] as const) {
  test(`a page at work that lacks a script looks for the new version, says so (${language}), and a click mends it`, async ({
    open,
    host,
  }) => {
    test.setTimeout(300_000);
    const page = await open({ baseURL: host.url, serviceWorkers: 'allow' });
    await visit(page, `?device=wasm&lang=${language}`);
    deploy(host);
    await openVideo(page);
    expect(await nextError(page)).toBe('file-missing');
    await expect(page.getByTestId('error').locator('.cure')).toContainText(cure);
    await expect(page.locator('#second')).toHaveCount(0);
    // as in offline.e2e.ts: what comes into view is fetched before the click, or it would wake the version that is to end
    await page.getByTestId('update').scrollIntoViewIfNeeded();
    await page.evaluate(() => customElements.whenDefined('memo-measure').then(() => undefined));
    await expect(async () => {
      const update = page.getByRole('button', { name: button });
      if (await update.isVisible()) await update.click();
      await expect(page.locator('#second')).toHaveCount(1, { timeout: 10_000 });
    }).toPass();
    await expectVideo(page);
  });
}
