/** From opening the page to an estimate, with fake devices, on wasm. */

import { expectPhase, expectWhole, nextError, nextEstimate, openPage, press } from './support/element';
import { expect, test } from './support/browser';

test('Start: camera and microphone give estimates that follow the expression, Stop ends every track', async ({
  open,
}) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await openPage(page);
  await press(page, /^start/i);
  await expectPhase(page, 'listening');
  expectWhole(await nextEstimate(page, 'face'));
  expectWhole(await nextEstimate(page, 'voice'));
  // the recording is 8 s happy, then 8 s angry, over and over: the face's own reading must swing
  const swing = await page.waitForFunction(() => {
    const faces = window.estimates.flatMap(({ modalities }) => modalities.face.probabilities ?? []);
    const size = window.estimates[0]?.labels.length ?? 7;
    const happy = faces.filter((_, index) => index % size === window.estimates[0]?.labels.indexOf('happy'));
    return Math.max(...happy) - Math.min(...happy) > 0.2;
  });
  expect(await swing.jsonValue()).toBe(true);
  await press(page, /^stop/i);
  await expectPhase(page, 'idle');
  expect(await page.evaluate(() => window.grantedTracks.length)).toBe(2);
  expect(await page.evaluate(() => window.grantedTracks.map((track) => track.readyState))).toEqual([
    'ended',
    'ended',
  ]);
});

test('camera refused: the voice alone', async ({ open }) => {
  const page = await open({ bundle: 'tiny', grant: ['microphone'] });
  await openPage(page);
  await press(page, /^start/i);
  const estimate = await nextEstimate(page, 'voice');
  expectWhole(estimate);
  expect(estimate.modalities.face.present).toBe(false);
  expect(estimate.faces).toEqual([]);
});

test('microphone refused: the face alone', async ({ open }) => {
  const page = await open({ bundle: 'tiny', grant: ['camera'] });
  await openPage(page);
  await press(page, /^start/i);
  const estimate = await nextEstimate(page, 'face');
  expectWhole(estimate);
  expect(estimate.modalities.voice.present).toBe(false);
  // not of that one: where the newest look found nobody, it stands on those before
  await page.waitForFunction(() =>
    window.estimates.some(({ faces }) => faces.filter(({ followed }) => followed).length === 1),
  );
});

test('both refused: a clear message, and nothing is left running', async ({ open }) => {
  const page = await open({ grant: [] });
  await openPage(page);
  await press(page, /^start/i);
  expect(await nextError(page)).toBe('devices-denied');
  await expect(page.getByRole('alert').first()).toContainText(/camera/i);
  await expect(page.getByRole('alert').first()).toContainText(/microphone/i);
  await expectPhase(page, 'error');
  expect(await page.evaluate(() => window.grantedTracks.length)).toBe(0);
});

test('a text alone gives an estimate that follows the text', async ({ open }) => {
  const page = await open();
  await openPage(page);
  const field = page.getByRole('textbox').first();
  const said = async (text: string) => {
    await field.fill(text);
    // counted from before the key: the answer may be there at once
    const [answer] = await Promise.all([nextEstimate(page, 'text'), field.press('Enter')]);
    return answer;
  };
  const glad = await said('I love this, thank you so much, what a wonderful day');
  expectWhole(glad);
  const furious = await said('I hate you, get out of my house, I am furious');
  const label = (name: string) => glad.labels.indexOf(name);
  expect(glad.probabilities[label('happy')]).toBeGreaterThan(furious.probabilities[label('happy')]!);
  expect(furious.probabilities[label('angry')]).toBeGreaterThan(glad.probabilities[label('angry')]!);
  expect(glad.modalities.face.present || glad.modalities.voice.present).toBe(false);
});

test('Try it without a camera: the actor is seen, heard and read, twice', async ({ open }) => {
  const page = await open();
  await openPage(page);
  for (let round = 0; round < 2; round += 1) {
    await press(page, /without a camera/i);
    await expectPhase(page, 'listening');
    for (const modality of ['face', 'voice', 'text'] as const)
      expectWhole(await nextEstimate(page, modality));
    await press(page, /^stop/i);
    await expectPhase(page, 'idle');
  }
  expect(await page.evaluate(() => window.grantedTracks.length)).toBe(0);
});

test('taken out of the page it stops; put back it works', async ({ open }) => {
  const page = await open({ bundle: 'tiny', grant: ['camera', 'microphone'] });
  await openPage(page);
  await press(page, /^start/i);
  await nextEstimate(page);
  const element = await page.evaluateHandle(() => {
    const found = document.querySelector('memo-bert')!;
    const place = found.parentElement!;
    found.remove();
    return { found, place };
  });
  await expect
    .poll(() => page.evaluate(() => window.grantedTracks.every((t) => t.readyState === 'ended')))
    .toBe(true);
  await element.evaluate(({ found, place }) => place.append(found));
  await press(page, /^start/i);
  expectWhole(await nextEstimate(page));
});
