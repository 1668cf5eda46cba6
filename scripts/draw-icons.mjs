/* global document */
/**
 * Draws `public/icons/*.png` from `icon.svg`, and `public/screenshots/*.png` and the README's `docs/page.png` from the built page; run
 * by hand when either changed.
 * `vite preview` must serve the build: `node scripts/draw-icons.mjs http://localhost:4173/`.
 */

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { findBrowser } from './find-browser.mjs';
import { root } from './setup.mjs';

const PUBLIC = join(root, 'public');
const GROUND = '#12161b';
const SHOTS = [
  { path: join(PUBLIC, 'screenshots', 'wide.png'), width: 1280, height: 800 },
  { path: join(PUBLIC, 'screenshots', 'narrow.png'), width: 390, height: 844 },
  { path: join(root, 'docs', 'page.png'), width: 1440, height: 1000 },
];

const browser = await chromium.launch({
  executablePath: findBrowser(),
  args: ['--autoplay-policy=no-user-gesture-required'],
});
try {
  await drawIcon('icon-192', 192, 1);
  await drawIcon('icon-512', 512, 1);
  // what any mask leaves is the inner 80 %: the sign shrinks, the ground fills the square
  await drawIcon('maskable-512', 512, 0.72);
  if (process.argv[2] !== undefined) for (const shot of SHOTS) await drawScreenshot(shot, process.argv[2]);
} finally {
  await browser.close();
}

async function drawIcon(name, sizePx, scale) {
  const page = await browser.newPage({ viewport: { width: sizePx, height: sizePx } });
  const svg = readFileSync(join(PUBLIC, 'icons', 'icon.svg')).toString('base64');
  await page.setContent(
    `<body style="margin:0;height:100vh;display:grid;place-items:center;background:${scale < 1 ? GROUND : 'transparent'}">
     <img src="data:image/svg+xml;base64,${svg}" width="${sizePx * scale}" height="${sizePx * scale}">`,
  );
  await page.locator('img').evaluate((image) => image.decode());
  await page.screenshot({ path: join(PUBLIC, 'icons', `${name}.png`), omitBackground: true });
  await page.close();
}

async function drawScreenshot({ path, width, height }, address) {
  mkdirSync(join(PUBLIC, 'screenshots'), { recursive: true });
  const page = await browser.newPage({ viewport: { width, height } });
  await page.goto(address);
  await page.getByRole('button', { name: /without a camera/i }).click();
  await page.waitForFunction(settled, null, { timeout: 240_000 });
  await page.screenshot({ path });
  await page.close();
}

/** In the page: words and face say what the answer says, and three answers in a row say the same: not the middle of a change. */
function settled() {
  const estimate = document.querySelector('memo-bert')?.estimate;
  if (!estimate?.modalities.voice.present) return false;
  const { face, text } = estimate.modalities;
  const top = (values) => values?.indexOf(Math.max(...values));
  const answer = top(estimate.probabilities);
  if (answer === 0 || top(face.probabilities) !== answer || top(text.probabilities) !== answer) return false;
  const root = document.documentElement;
  root.agreed = root.agreed?.answer === answer ? root.agreed : { answer, times: new Set() };
  root.agreed.times.add(estimate.time);
  return root.agreed.times.size >= 3;
}
