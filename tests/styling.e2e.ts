/** `<memo-bert>` in a page that dresses it: slots, parts, variables, states; and a file that is dropped on it. */

import { writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, recorded, test } from './support/browser';
import { expectPhase, openPage, phase } from './support/element';
import { fakeWorkers } from './support/fake-worker';

const STYLE = `
  memo-bert { --memo-surface: rgb(10, 20, 30); --memo-ink: rgb(240, 230, 220); --memo-colour-happy: rgb(1, 2, 3); }
  memo-bert::part(notice) { text-transform: uppercase; }
  memo-bert::part(bar) { outline: 3px solid rgb(9, 8, 7); }
  memo-bert { border: 4px solid rgb(0, 0, 0); }
  memo-bert:state(idle) { border-color: rgb(4, 4, 4); }
  memo-bert:state(listening) { border-color: rgb(5, 5, 5); }
`;

/** Somebody else's page, without a model. */
async function openDressed(page: Page, inside = ''): Promise<void> {
  await fakeWorkers(page);
  const html = `<!doctype html><html lang="en"><head><title>Elsewhere</title><style>${STYLE}</style>
<script type="module" src="./memo-bert.js"></script></head><body><memo-bert device="wasm">${inside}</memo-bert></body></html>`;
  await page.route('**/dressed.html', (route) => route.fulfill({ contentType: 'text/html', body: html }));
  await openPage(page, 'dressed.html');
}

const borderOf = (page: Page) =>
  page.locator('memo-bert').evaluate((element) => getComputedStyle(element).borderTopColor);

test('variables, parts and states reach what they name', async ({ open }) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await openDressed(page);
  const host = page.locator('memo-bert');
  expect(await host.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe('rgb(10, 20, 30)');
  expect(await page.getByTestId('bars').evaluate((bars) => getComputedStyle(bars).color)).toBe(
    'rgb(240, 230, 220)',
  );
  const bars = page.locator('memo-bars .track');
  await expect(bars).toHaveCount(7);
  const outlines = await bars.evaluateAll((all) => all.map((bar) => getComputedStyle(bar).outlineColor));
  expect(new Set(outlines)).toEqual(new Set(['rgb(9, 8, 7)']));
  const fill = page.locator('memo-bars li[data-label=happy] .fill');
  expect(await fill.evaluate((bar) => getComputedStyle(bar).backgroundColor)).toBe('rgb(1, 2, 3)');
  const notice = page.locator('.notice');
  expect(await notice.evaluate((text) => getComputedStyle(text).textTransform)).toBe('uppercase');
  expect(await borderOf(page)).toBe('rgb(4, 4, 4)');
  await host.evaluate((element) => void (element as HTMLElement & { start(): Promise<void> }).start());
  await expectPhase(page, 'listening');
  await expect.poll(() => borderOf(page)).toBe('rgb(5, 5, 5)');
});

test('what is slotted stands in place of ours, or below it', async ({ open }) => {
  const page = await open();
  await openDressed(
    page,
    '<span slot="notice">Ours to say.</span><b slot="placeholder">No picture yet.</b><p id="below">Below.</p>',
  );
  for (const text of ['Ours to say.', 'No picture yet.', 'Below.'])
    await expect(page.getByText(text)).toBeVisible();
  await expect(page.getByText('Art. 50(3)')).toBeHidden();
  const bars = await page.getByTestId('bars').boundingBox();
  const below = await page.locator('#below').boundingBox();
  expect(below!.y).toBeGreaterThan(bars!.y + bars!.height);
});

test('in a right-to-left page what is slotted reads as the page does, and our own words as they always do', async ({
  open,
}) => {
  const page = await open();
  await openDressed(
    page,
    `<b slot="placeholder" lang="he">עוד אין תמונה.</b><p lang="he">למטה.</p><p dir="ltr">Below.</p>
    <memo-engine><p lang="he">בפנים.</p><memo-bars></memo-bars></memo-engine>`,
  );
  const directionsOf = (places: string) =>
    page.locator(places).evaluateAll((all) => all.map((each) => getComputedStyle(each).direction));
  const theirs = '[lang=he], footer > slot';
  const ours = 'p[dir=ltr], .all, .notice slot, memo-controls, memo-bars, memo-meter';
  for (const [where, dir] of [
    ['html', 'rtl'],
    ['html', 'ltr'],
    ['memo-bert', 'rtl'],
  ] as const) {
    await page.locator(where).evaluate((element, dir) => element.setAttribute('dir', dir), dir);
    expect(await directionsOf(theirs), `${where} ${dir}`).toEqual([dir, dir, dir, dir]);
    expect(new Set(await directionsOf(ours)), `${where} ${dir}`).toEqual(new Set(['ltr']));
  }
});

const CAPTIONS = 'WEBVTT\n\n00:00.000 --> 00:02.000\nWhat a wonderful day\n';

type DragEventType = 'dragEnter' | 'dragOver' | 'drop';

/** Files as from a desktop, over an element. */
async function drags(page: Page, over: string) {
  const session = await page.context().newCDPSession(page);
  const { x, y } = (await page.locator(over).boundingBox())!;
  const inside = { x: x + 20, y: y + 20 };
  return async (files: readonly string[], types: readonly DragEventType[], place = inside) => {
    const data = { items: [], files: [...files], dragOperationsMask: 1 };
    for (const type of types) await session.send('Input.dispatchDragEvent', { type, ...place, data });
  };
}

test('files are dropped on it as from a desktop: one alone, or one with its captions', async ({
  open,
}, info) => {
  const page = await open();
  await openDressed(page);
  const drag = await drags(page, 'memo-bars');
  await drag([recorded.clip], ['dragEnter', 'dragOver']);
  await expect(page.locator('.drop')).toBeVisible();
  // in the margin of the page
  await drag([recorded.clip], ['dragOver'], { x: 2, y: 2 });
  await expect(page.locator('.drop')).toBeHidden();

  const captions = info.outputPath('said.vtt');
  writeFileSync(captions, CAPTIONS);
  await drag([captions], ['dragEnter', 'dragOver', 'drop']);
  await expect(page.locator('memo-words')).toContainText('said.vtt');
  expect(page.url()).toContain('dressed.html');
  await page.getByTestId('words-typed').check({ force: true });

  await drag([recorded.clip, captions], ['dragEnter', 'dragOver', 'drop']);
  await expect(page.getByRole('slider')).toBeVisible();
  await expect(page.getByTestId('export-csv')).toBeEnabled();
  await expect(page.locator('.drop')).toBeHidden();
  await expect(page.getByTestId('words-captions')).toBeChecked();
  const texts = await page.evaluate(() => window.estimates.map(({ modalities }) => modalities.text.present));
  expect(texts.length).toBeGreaterThan(0);
  expect(new Set(texts), 'from the beginning').toEqual(new Set([true]));
});

test('what is no media, dropped during a live run, is told and ends nothing', async ({ open }, info) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await openDressed(page);
  await page.evaluate(() => document.querySelector('memo-bert')!.start());
  await expectPhase(page, 'listening');
  const drag = await drags(page, 'memo-bars');
  for (const [name, code] of [
    ['photo.png', 'media-unreadable'],
    ['notes.txt', 'captions-invalid'],
  ] as const) {
    const file = info.outputPath(name);
    writeFileSync(file, 'Dear all');
    await drag([file], ['dragEnter', 'dragOver', 'drop']);
    const told = page.locator(`memo-words [data-code=${code}]`);
    await expect(told).toContainText(name);
    expect(await phase(page)).toBe('listening');
    expect(await page.evaluate(() => window.grantedTracks.map(({ readyState }) => readyState))).toEqual([
      ...['live', 'live'],
    ]);
  }
});

test('captions are dropped on the part of the words, without a memo-bert and within one', async ({
  open,
}, info) => {
  const page = await open();
  const captions = info.outputPath('said.vtt');
  writeFileSync(captions, CAPTIONS);
  await openDressed(page);
  const within = await drags(page, 'memo-words');
  await within([captions], ['dragEnter', 'dragOver']);
  await expect(page.locator('.drop')).toBeVisible();
  await within([captions], ['drop']);
  await expect(page.getByTestId('captions')).toHaveText('said.vtt, 1 cue');
  await expect(page.locator('.drop')).toBeHidden();

  await page.evaluate(() => {
    document.body.innerHTML = '<memo-engine device="wasm"><memo-words></memo-words></memo-engine>';
  });
  await expect(page.getByTestId('words-typed')).toBeChecked();
  const alone = await drags(page, 'memo-words');
  await alone([captions], ['dragEnter', 'dragOver', 'drop']);
  await expect(page.getByTestId('captions')).toHaveText('said.vtt, 1 cue');
  expect(page.url()).toContain('dressed.html');
});

test('a second copy of the module, from elsewhere, leaves the first one be and takes nothing of the page down', async ({
  open,
}) => {
  const page = await open();
  await openDressed(page);
  const warned: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'warning') warned.push(message.text());
  });
  // the same files by other addresses: modules of their own
  await page.route('**/copy/**', (route) =>
    route.fulfill({ path: new URL(route.request().url()).pathname.replace('/copy/', 'dist/') }),
  );
  const apart = await page.evaluate(async () => {
    const load = (path: string) =>
      import(new URL(path, location.href).href) as Promise<{ MemoBert: unknown }>;
    const [first, second] = [await load('memo-bert.js'), await load('copy/memo-bert.js')];
    return first.MemoBert !== second.MemoBert && customElements.get('memo-bert') === first.MemoBert;
  });
  expect(apart).toBe(true);
  expect(warned.filter((text) => text.includes('loaded twice'))).toHaveLength(1);
  await page.getByTestId('actor').click();
  await expectPhase(page, 'listening');
});
