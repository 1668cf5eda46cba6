/** What controls and meter say of the devices. */

import { expect, test } from './support/browser';
import { expectPhase } from './support/element';
import { element, openBody } from './support/elsewhere';

test('the devices’ switches show what the page’s own start() took', async ({ open }) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await openBody(page, '<memo-bert device="wasm"></memo-bert>');
  const camera = page.getByTestId('switch-camera');
  await camera.click();
  await expect(camera).toHaveAttribute('aria-checked', 'false');
  await element(page, (found) => found.start());
  await expect(page.getByTestId('live')).toContainText('Camera on');
  await expect(camera).toHaveAttribute('aria-checked', 'true');
  await camera.click();
  await expect(page.getByTestId('live')).toHaveText('Microphone on');
  await expect(camera).toHaveAttribute('aria-checked', 'false');
  await expectPhase(page, 'listening');
});

test('while one device is still asked for, its switch stays as it was wished', async ({ open }) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await page.addInitScript(() => {
    const { mediaDevices } = navigator;
    const ask = mediaDevices.getUserMedia.bind(mediaDevices);
    // the microphone's prompt stays open
    mediaDevices.getUserMedia = (wish) => (wish?.audio ? new Promise(() => undefined) : ask(wish));
  });
  await openBody(page, '<memo-bert device="wasm"></memo-bert>');
  await page.getByTestId('start').click();
  await expect(page.getByTestId('live')).toHaveText('Camera on');
  const microphone = page.getByTestId('switch-microphone');
  await expect(microphone).toHaveAttribute('aria-checked', 'true');
  await page.getByTestId('stop').click();
  await expect(page.getByTestId('live')).toBeHidden();
  await expect(microphone).toHaveAttribute('aria-checked', 'true');
});

test('a level is the microphone’s only where there is one', async ({ open }) => {
  const page = await open({ grant: ['microphone'] });
  await openBody(page, '<memo-bert device="wasm" modalities="voice"></memo-bert>');
  const meter = page.getByRole('meter');
  await element(page, (found) => found.start());
  await expect(meter).toHaveAccessibleName('Microphone level');
  await page.getByTestId('stop').click();
  await page.getByTestId('actor').click();
  await expect(meter).toHaveAccessibleName('Sound level');
});
