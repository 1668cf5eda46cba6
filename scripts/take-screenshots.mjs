/* global document */
/**
 * Pictures of the built page for people to look at: each view in both languages, schemes and widths, into
 * `test-results/screenshots/`. `vite preview` must serve the build: `node scripts/take-screenshots.mjs http://localhost:4173/`;
 * after it the views that are wanted, `file gallery`; all without. `file` wants the clip of `node scripts/record-actor.mjs`.
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { findBrowser } from './find-browser.mjs';
import { root } from './setup.mjs';

const FOLDER = join(root, 'test-results', 'screenshots');
const CLIP = join(root, 'tests', 'fixtures', 'generated', 'clip.webm');
const HEIGHTS = { 390: 844, 1440: 900 };
const PATIENCE_MS = 240_000;

const [, , address = 'http://localhost:4173/', ...wanted] = process.argv;
/** In this order: a view goes on from what the one before it left. */
const VIEWS = {
  first,
  guide,
  running,
  file,
  why,
  playground,
  adaptation,
  gallery: (page) => page.goto(new URL('examples/gallery.html', address).href),
  parts: (page) => page.goto(new URL('examples/parts.html', address).href),
  states: (page) => page.goto(new URL('examples/states.html', address).href),
  card: (page) => page.goto(new URL('model-card.html', address).href),
};
/** The rest of these would be pages of the same. */
const WINDOW_ONLY = new Set(['guide']);

mkdirSync(FOLDER, { recursive: true });
const browser = await chromium.launch({
  executablePath: findBrowser(),
  args: ['--autoplay-policy=no-user-gesture-required'],
});
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await open(page);
  for (const [name, show] of Object.entries(VIEWS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    await english(page);
    await show(page);
    await takeAll(page, name);
  }
} finally {
  await browser.close();
}

async function takeAll(page, name) {
  for (const language of ['en', 'ko']) {
    await page
      .locator(`[hreflang=${language}]`)
      .first()
      .evaluate((link) => link.click());
    await page.waitForFunction((lang) => document.documentElement.lang === lang, language);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      for (const [width, height] of Object.entries(HEIGHTS)) {
        await page.setViewportSize({ width: Number(width), height });
        const path = join(FOLDER, `${name}-${width}-${language}-${colorScheme}.png`);
        await page.screenshot({ path, fullPage: !WINDOW_ONLY.has(name), animations: 'disabled' });
        console.log(path);
      }
    }
  }
}

async function english(page) {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1440, height: HEIGHTS[1440] });
  await page
    .locator('[hreflang=en]')
    .first()
    .evaluate((link) => link.click());
}

async function open(page) {
  await page.goto(new URL('?device=wasm&lang=en', address).href);
  await page.waitForFunction(() => document.querySelector('memo-bert')?.state === 'idle');
  // what a visitor has once it was scrolled to
  await page.evaluate(() => document.querySelector('memo-measure')?.scrollIntoView());
  await page.getByTestId('measure').waitFor();
  await page.evaluate(() => document.documentElement.scrollIntoView());
}

async function first(page) {
  await open(page);
}

async function guide(page) {
  await page.locator('.show-guide').click();
  await page.getByTestId('guide-next').click();
}

async function running(page) {
  await open(page);
  await page.getByTestId('actor').click();
  await page.waitForFunction(() => {
    const modalities = document.querySelector('memo-bert')?.estimate?.modalities;
    return modalities?.voice.present && modalities.face.present;
  });
}

async function file(page) {
  await open(page);
  await page.getByTestId('text').fill('What a wonderful surprise, thank you');
  await page.locator('input[type=file]').first().setInputFiles(CLIP);
  await page.waitForFunction(() => document.querySelector('memo-bert')?.estimate !== null);
  await page.waitForFunction(() => document.querySelector('memo-bert')?.state === 'idle');
}

async function why(page) {
  await page.locator('memo-wording summary').click();
  await page.getByTestId('ask-words-7').waitFor();
}

async function playground(page) {
  await page.getByTestId('open-playground').click();
  await page.getByTestId('take').click();
  await page.getByTestId('word-2').click();
  await page.getByTestId('span-faces').getByRole('slider').last().focus();
  for (let at = 0; at < 5; at += 1) await page.keyboard.press('ArrowRight');
  await page.getByTestId('filled-face').waitFor();
  await page.locator('memo-playground [aria-busy=true]').waitFor({ state: 'detached' });
}

async function adaptation(page) {
  await page.getByTestId('open-adaptation').click();
  await page.getByTestId('mark-scared').click();
  await page.getByTestId('marked').waitFor();
}
