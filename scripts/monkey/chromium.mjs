/** Chromium behind the calls of the browsers that the suite does not drive (`scripts/other-browsers/index.mjs`). */

import { chromium } from '@playwright/test';
import { findBrowser } from '../find-browser.mjs';

/** @param {{ camera: string, microphone: string }} recorded what the fake devices give */
export async function startChromium({ camera, microphone }) {
  const browser = await chromium.launch({
    executablePath: findBrowser(),
    args: [
      '--autoplay-policy=no-user-gesture-required',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${camera}`,
      `--use-file-for-fake-audio-capture=${microphone}`,
    ],
  });
  const page = await browser.newPage();
  const evaluate = (expression) => page.evaluate(expression);
  return {
    version: browser.version(),
    open: (url) => page.goto(url),
    evaluate,
    act: evaluate,
    close: () => browser.close(),
  };
}
