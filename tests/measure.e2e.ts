/** "Measure this device": with the model that is shipped, on this machine; and what is told when it cannot be. */

import { readFileSync } from 'node:fs';
import type { Measurement } from '../src/measure';
import { expect, recorded, test } from './support/browser';
import { expectPhase, openPage } from './support/element';
import { fakeWorkers } from './support/fake-worker';

const manifest = JSON.parse(
  readFileSync(new URL('../public/models/small/manifest.json', import.meta.url), 'utf8'),
) as { name: string; version: string };

/** What a measuring in a test's hands says of itself. */
interface Told {
  tell(round: number, rounds: number): void;
  done(): void;
}

test('the shipped model is measured stage by stage, and the numbers can be copied', async ({ open }) => {
  test.setTimeout(300_000);
  const page = await open({ tiersUpEarly: true, grant: ['clipboard-read', 'clipboard-write'] });
  await openPage(page);
  await page.locator('.measure').scrollIntoViewIfNeeded();
  await expect(page.getByTestId('measure')).toBeVisible();
  // of the page's twenty: the numbers' sense is asked for, not their steadiness
  const measure = page.locator('memo-measure');
  expect(await measure.evaluate((part) => (part as unknown as { rounds: number }).rounds)).toBe(20);
  await measure.evaluate((part) => Object.assign(part, { rounds: 8 }));
  await page.getByTestId('measure').click();
  await expect(page.getByTestId('measure')).toHaveText('Cancel');
  await expect(page.getByTestId('measure-progress')).toHaveText(/^Round \d+ of 8$/, { timeout: 120_000 });
  await expect(page.getByTestId('measure-table')).toBeVisible({ timeout: 240_000 });
  await page.getByTestId('measure-copy').click();
  await expect(page.getByTestId('measure-status')).toHaveText('Copied.');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const found = JSON.parse(copied) as Measurement;
  expect(found).toMatchObject({
    format: 'memo-bert-measurement/1',
    bundle: { name: manifest.name, version: manifest.version },
    backend: { name: 'wasm', forced: true },
    isolated: true,
  });
  expect(found.load.bytes).toBeGreaterThan(10e6);
  expect(Object.values(found.load.steps).reduce((a, b) => a + b, 0)).toBeCloseTo(found.load.ms, -1);
  // the actor has a face and a voice throughout, so that every stage runs in each round
  const runs = Object.entries(found.stages).map(([stage, spread]) => [stage, spread?.runs]);
  expect(Object.fromEntries(runs)).toEqual({
    ...{ detect: 23, crop: 23, expression: 23 },
    ...{ 'speech-gate': 7, voice: 7, fusion: 7 },
  });
  for (const [stage, spread] of Object.entries(found.stages)) {
    expect(spread!.median, stage).toBeGreaterThan(0);
    expect(spread!.p95, stage).toBeGreaterThanOrEqual(spread!.median);
  }
  // an answer holds one face, one reading of the voice and one fusion, and messages between
  const { expression, voice, fusion } = found.stages;
  expect(found.answer!.median).toBeGreaterThan((expression!.median + voice!.median + fusion!.median) * 0.8);
  // the model, its runtime and the page: Chromium counts them where a page is isolated
  expect(found.memory).toBeGreaterThan(50e6);
  test.info().annotations.push({ type: 'measured', description: JSON.stringify(found) });
});

test('it measures what the element has: by its defaults where nothing is written, and with its hash', async ({
  open,
}) => {
  const page = await open();
  await openPage(page);
  await page.locator('.measure').scrollIntoViewIfNeeded();
  const asked = async () => {
    await page.getByTestId('measure').click();
    return page.locator('memo-measure').evaluate((part) => (part as HTMLElement & { asked?: unknown }).asked);
  };
  await page.locator('memo-measure').evaluate((part) => {
    const measure = (asked: unknown) => {
      Object.assign(part, { asked });
      return Promise.reject(new Error('enough'));
    };
    Object.assign(part, { measure });
  });
  await page.locator('memo-bert').evaluate((element) => element.setAttribute('integrity', 'sha256-abcd'));
  const own = { manifestUrl: './models/small/manifest.json', assetBase: './generated/' };
  expect(await asked()).toMatchObject({ ...own, device: 'wasm', integrity: 'sha256-abcd' });
  await page.locator('memo-bert').evaluate((element) => {
    for (const name of ['bundle', 'asset-base', 'integrity']) element.removeAttribute(name);
    Object.assign(element, { device: undefined });
  });
  expect(await asked()).toEqual({ ...own, device: 'auto', allowSoftwareAdapter: false });
});

test('rounds are a progress bar’s; what is told is the end, once', async ({ open }) => {
  const page = await open();
  await openPage(page);
  await page.locator('.measure').scrollIntoViewIfNeeded();
  await page.locator('memo-measure').evaluate((part) => {
    const names = ['detect', 'crop', 'expression', 'speech-gate', 'voice', 'fusion'];
    const stages = Object.fromEntries(names.map((name) => [name, null]));
    const measure = (_options: unknown, { tell }: { tell: (round: number, rounds: number) => void }) =>
      new Promise((resolve) => {
        const done = () =>
          resolve({
            ...{ backend: { name: 'wasm', threads: 1, adapter: null }, answer: null, stages },
            ...{ load: { ms: 1, bytes: 1, steps: {} }, memory: null },
          });
        Object.assign(part, { tell, done });
      });
    Object.assign(part, { measure });
  });
  const [bar, status] = [page.getByTestId('measure-progress'), page.getByTestId('measure-status')];
  await page.getByTestId('measure').click();
  await expect(bar).toHaveText('Loading the model');
  await page.locator('memo-measure').evaluate((part) => (part as unknown as Told).tell(3, 8));
  await expect(bar).toHaveAttribute('aria-valuenow', '3');
  await expect(bar).toHaveAttribute('aria-valuetext', 'Round 3 of 8');
  await expect(status).toBeEmpty();
  await page.locator('memo-measure').evaluate((part) => (part as unknown as Told).done());
  await expect(status).toHaveText(/^Measured/);
  await expect(bar).toHaveCount(0);
});

test('a file that is open stays open, also where another one could not be read', async ({ open }) => {
  const page = await open();
  await fakeWorkers(page);
  await openPage(page);
  const file = page.locator('input[type=file]').first();
  await file.setInputFiles(recorded.clip);
  await page.waitForFunction(() => window.estimates.length > 0);
  await expectPhase(page, 'idle');
  await file.setInputFiles(recorded.broken);
  await expectPhase(page, 'error');
  await page.locator('.measure').scrollIntoViewIfNeeded();
  await page
    .locator('memo-measure')
    .evaluate((part) => Object.assign(part, { measure: () => Promise.reject(new Error('enough')) }));
  await page.getByTestId('measure').click();
  await expect(page.locator('memo-measure').getByTestId('error')).toBeVisible();
  await expect(page.getByTestId('timeline')).toBeVisible();
  await expectPhase(page, 'error');
});

test('what runs is stopped first; cancelled, nothing is left; what fails is told', async ({ open }) => {
  const page = await open();
  await fakeWorkers(page);
  await openPage(page);
  await page.getByTestId('actor').click();
  await expectPhase(page, 'listening');
  await page.locator('.measure').scrollIntoViewIfNeeded();
  await page.route('**/actor/happy.mp3', (route) => route.fulfill({ status: 404 }));
  await page.getByTestId('measure').click();
  await expectPhase(page, 'idle');
  const measure = page.locator('memo-measure');
  await expect(measure.getByTestId('error')).toHaveAttribute('data-code', 'file-missing');
  await page.unroute('**/actor/happy.mp3');
  // never answered: only a cancel ends it
  await page.route('**/actor/happy.mp3', () => undefined);
  await page.getByTestId('measure').click();
  await expect(measure.getByTestId('error')).toHaveCount(0);
  await expect(page.getByTestId('measure')).toHaveText('Cancel');
  await page.getByTestId('measure').click();
  await expect(page.getByTestId('measure')).toHaveText('Measure this device');
  await expect(measure.getByTestId('error')).toHaveCount(0);
  await expect(page.getByTestId('measure-table')).toHaveCount(0);
});
