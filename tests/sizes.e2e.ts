/** What a browser asks for is what docs/sizes.md says a visitor downloads. */

import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { SITUATIONS } from '../scripts/sizes/groups.mjs';
import { lastingName } from '../scripts/sizes/measure.mjs';
import { ownUntilEstimate } from '../scripts/sizes/own-code.mjs';
import { readReport } from '../scripts/sizes/report.mjs';
import { expect, test } from './support/browser';
import { nextEstimate, openPage, press } from './support/element';

const listed = readReport(readFileSync(new URL('../docs/sizes.md', import.meta.url), 'utf8'));
const inGroups = (groups: readonly string[]) =>
  // files of one lasting name are numbered there
  [
    ...new Set(
      [...listed].flatMap(([name, { group }]) =>
        groups.includes(group) ? name.replace(/ \(\d\)$/, '') : [],
      ),
    ),
  ];

/** Collects what is asked for from now on, by lasting names. */
function asked(page: Page): { names(): string[] } {
  const names = new Set<string>();
  page.context().on('request', (request) => {
    const { pathname, protocol } = new URL(request.url());
    if (protocol.startsWith('http')) names.add(lastingName(pathname.slice(1) || 'index.html'));
  });
  return { names: () => [...names].filter((name) => name !== 'elsewhere.html').toSorted() };
}

// a browser asks for them to install the page, a headless one does not
const TO_INSTALL = ['app.webmanifest', 'icons/maskable-512.png'];
// what is kept for offline is looked at once the page has loaded, by what the worker reads files with
const AFTER_LOAD = [
  'assets/memo-offline-*.js',
  'assets/kept-marks-*.js',
  'assets/files-*.js',
  'models/small/manifest.json',
];
// MediaPipe's script and the tokeniser, the hash of a first download: of others
const OTHERS = ['assets/vendor-*.js', 'assets/sha256-*.js'];
const without = (names: readonly string[], others: readonly string[]) =>
  names.filter((name) => !others.includes(name)).toSorted();

test('the page on WebAssembly, from the first byte to an estimate by its actor', async ({ open }) => {
  const page = await open();
  const requests = asked(page);
  await openPage(page);
  expect(without(requests.names(), AFTER_LOAD)).toEqual(
    without(inGroups(SITUATIONS['the page, before Start']), TO_INSTALL),
  );
  await press(page, /without a camera/i);
  await nextEstimate(page, 'face');
  await nextEstimate(page, 'voice');
  // fetched after the first answer
  await page.evaluate(() => customElements.whenDefined('memo-timeline').then(() => undefined));
  const all = inGroups(SITUATIONS['the page, on WebAssembly']);
  const late = inGroups(['late']).filter((name) => !all.includes(name));
  const needed = requests.names().filter((name) => !late.includes(name));
  expect(needed).toEqual(without(all, TO_INSTALL));
  // the actor was asked for
  expect(requests.names().filter((name) => late.includes(name))).toContain('assets/actor-*.js');
});

test('the element in another page, before Start', async ({ open }) => {
  const page = await open();
  const requests = asked(page);
  const body = `<!doctype html><title>Elsewhere</title><script type="module" src="./memo-bert.js"></script><memo-bert></memo-bert>`;
  await page.route('**/elsewhere.html', (route) => route.fulfill({ contentType: 'text/html', body }));
  await openPage(page, 'elsewhere.html');
  await page.waitForLoadState('networkidle');
  const own = requests.names().filter((name) => name !== 'favicon.ico');
  expect(own).toEqual(inGroups(SITUATIONS['embedded, before Start']).toSorted());
});

test('our own code until the first estimate by camera and microphone is all counted', async ({ open }) => {
  // the shipped bundle: of another the manifest's check is fetched, too
  const page = await open({ grant: ['camera', 'microphone'] });
  const requests = asked(page);
  await openPage(page);
  await press(page, /^start/i);
  // one that has both: each has its own way in
  await page.waitForFunction(() =>
    window.estimates.some(({ modalities: { face, voice } }) => face.present && voice.present),
  );
  const counted = ownUntilEstimate([...listed].map(([name, { group }]) => ({ name, group })));
  const around = inGroups(['page', 'time', 'wasm']);
  const scripts = requests.names().filter((name) => /^assets\/.*\.js$/.test(name));
  expect(without(scripts, [...counted, ...around, ...AFTER_LOAD, ...OTHERS])).toEqual([]);
  expect(scripts).toEqual(expect.arrayContaining(['assets/live-*.js', 'assets/stream-source-*.js']));
});
