/** Media files, good and bad: each bad one is a typed error that is shown, and Start works again afterwards. */

import { expectPhase, expectWhole, nextError, nextEstimate, openPage } from './support/element';
import { expect, recorded, test } from './support/browser';

test('a video with sound, one without, and sound alone', async ({ open }) => {
  const page = await open();
  await openPage(page);
  const input = page.locator('input[type=file]').first();
  await input.setInputFiles(recorded.clip);
  expectWhole(await nextEstimate(page, 'face'));
  await expectPhase(page, 'idle');
  await input.setInputFiles(recorded.silent);
  const silent = await nextEstimate(page, 'face');
  expect(silent.modalities.voice.present).toBe(false);
  await expectPhase(page, 'idle');
  await input.setInputFiles(recorded.voice);
  const heard = await nextEstimate(page, 'voice');
  expect(heard.modalities.face.present).toBe(false);
  expectWhole(heard);
});

test('files that are no media, broken or of 0 seconds; then a good one', async ({ open }) => {
  const page = await open();
  await openPage(page);
  const input = page.locator('input[type=file]').first();
  const bad: [string, string][] = [
    [recorded.notMedia, 'media-unreadable'],
    [recorded.broken, 'media-unreadable'],
    [recorded.empty, 'media-empty'],
  ];
  for (const [index, [file, code]] of bad.entries()) {
    await input.setInputFiles(file);
    expect(await nextError(page, index)).toBe(code);
    await expect(page.getByRole('alert').first()).toBeVisible();
  }
  await input.setInputFiles(recorded.clip);
  expectWhole(await nextEstimate(page, 'face'));
});
