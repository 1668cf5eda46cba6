/** By a finger on a phone. */

import { expect, recorded, test } from './support/browser';
import { expectPhase, openPage } from './support/element';
import { fakeWorkers } from './support/fake-worker';

test('a finger that scrolls the page over a timeline chooses no moment; one that taps or goes across does', async ({
  open,
}) => {
  const page = await open({ viewport: { width: 390, height: 700 } });
  await fakeWorkers(page);
  await openPage(page);
  await page.locator('input[type=file]').first().setInputFiles(recorded.clip);
  await page.waitForFunction(() => document.querySelector('memo-bert')?.estimate !== null);
  await expectPhase(page, 'idle');
  const slider = page.getByRole('slider');
  await slider.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  const { x, y, width, height } = (await slider.boundingBox())!;
  const session = await page.context().newCDPSession(page);
  const touch = async (type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: [number, number][]) => {
    const touchPoints = points.map(([across, down]) => ({ x: x + across * width, y: y + height / 2 + down }));
    await session.send('Input.dispatchTouchEvent', { type, touchPoints });
  };
  const now = () => slider.getAttribute('aria-valuenow');
  const [end, scrolledTo] = [await now(), () => page.evaluate(() => scrollY)];
  await touch('touchStart', [0.3, 0]);
  await touch('touchEnd');
  await expect.poll(now).not.toBe(end);
  const tapped = await now();
  await touch('touchStart', [0.3, 0]);
  for (const across of [0.4, 0.5, 0.6]) await touch('touchMove', [across, 0]);
  await touch('touchEnd');
  await expect.poll(now).not.toBe(tapped);
  const [dragged, from] = [await now(), await scrolledTo()];
  await touch('touchStart', [0.3, 0]);
  for (const down of [-20, -60, -120, -180]) await touch('touchMove', [0.3, down]);
  await touch('touchEnd');
  await expect.poll(scrolledTo).toBeGreaterThan(from);
  expect(await now()).toBe(dragged);
});
