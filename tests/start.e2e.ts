/** A start over a slow network: the face is looked at while the voice is still to come, the voice is heard while what fuses is. */

import type { Page, Route } from '@playwright/test';
import { expect, test } from './support/browser';
import { expectPhase, expectWhole, nextEstimate, openPage, press } from './support/element';

/** Lets nothing that matches through until it is told to. */
async function hold(page: Page, pattern: string): Promise<() => void> {
  let letGo: () => void = () => undefined;
  const free = new Promise<void>((resolve) => (letGo = resolve));
  await page.route(pattern, async (route: Route) => {
    await free;
    await route.fallback();
  });
  return letGo;
}

/** What the element knows. */
function known(page: Page) {
  return page.evaluate(() => {
    const element = document.querySelector('memo-bert')!;
    const { estimate } = element;
    return {
      state: element.state,
      provisional: estimate?.provisional === true,
      face: estimate?.modalities.face.present === true,
      voice: estimate?.modalities.voice.present === true,
      sum: estimate?.probabilities.reduce((a, b) => a + b, 0) ?? 0,
      told: window.estimates.length,
    };
  });
}

test('face, then voice, then all of it, each usable as it comes', async ({ open }) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await openPage(page);
  const letVoice = await hold(page, '**/models/small/wav2vec2*.onnx');
  const letFusion = await hold(page, '**/models/small/memobert*.onnx');
  await press(page, /^start/i);

  await expect.poll(async () => (await known(page)).face).toBe(true);
  const first = await known(page);
  expect(first).toMatchObject({ state: 'loading', provisional: true, voice: false, told: 0 });
  expect(first.sum).toBeCloseTo(1, 5);
  await expect(page.getByTestId('face')).toHaveCount(1);
  await expect(page.getByTestId('bars-note')).toContainText(/first impression/i);
  await expect(page.getByTestId('progress')).toBeVisible();

  letVoice();
  await expect.poll(async () => (await known(page)).voice).toBe(true);
  expect(await known(page)).toMatchObject({ state: 'loading', provisional: true, face: true, told: 0 });

  letFusion();
  await expectPhase(page, 'listening');
  const whole = await nextEstimate(page, 'face');
  expectWhole(whole);
  expect(whole.provisional).toBeUndefined();
  await expect(page.getByTestId('bars-note')).toHaveCount(0);
  await press(page, /^stop/i);
  await expectPhase(page, 'idle');
});

test('stopped while it loads, nothing goes on', async ({ open }) => {
  const page = await open({ bundle: 'tiny', grant: ['camera', 'microphone'] });
  await openPage(page);
  const letFusion = await hold(page, '**/models/small/memobert*.onnx');
  await press(page, /^start/i);
  await expect.poll(async () => (await known(page)).provisional).toBe(true);
  await press(page, /^stop/i);
  await expectPhase(page, 'idle');
  expect(await known(page)).toMatchObject({ provisional: false, told: 0 });
  const ended = () => page.evaluate(() => window.grantedTracks.map(({ readyState }) => readyState));
  expect(await ended()).toEqual(['ended', 'ended']);
  letFusion();
});

test('what the page imports at once is asked for before the script that imports it has come', async ({
  open,
}) => {
  const page = await open();
  const letEntry = await hold(page, '**/assets/index-*.js');
  const asked = ['elements', 'recogniser', 'shared'].map((name) =>
    page.waitForRequest((request) => request.url().includes(`/assets/${name}-`)),
  );
  await page.goto('?device=wasm', { waitUntil: 'commit' });
  await Promise.all(asked);
  letEntry();
  await expect(page.getByRole('button', { name: /^start/i })).toBeVisible();
});

test('the runtime’s scripts are asked for while the first graph is still on its way', async ({ open }) => {
  const page = await open({ bundle: 'tiny', grant: ['camera', 'microphone'] });
  await openPage(page);
  const letFace = await hold(page, '**/models/small/denseface*.onnx');
  const scripts = Promise.all(
    [/\/ort\.wasm[^/]*\.js$/, /\/ort-wasm-simd-threaded[^/]*\.mjs$/].map((name) =>
      page.context().waitForEvent('request', (request) => name.test(new URL(request.url()).pathname)),
    ),
  );
  await press(page, /^start/i);
  await scripts;
  letFace();
  await expectPhase(page, 'listening');
});
