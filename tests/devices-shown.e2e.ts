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
