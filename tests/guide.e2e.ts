/** The guided first run: four steps beside the parts they speak of, by mouse or keys, left by Escape, and not shown again. */

import type { Page } from '@playwright/test';
import { axeFindings, focused } from './support/axe';
import { expect, test } from './support/browser';
import { openPage } from './support/element';

const PARTS = ['prompt', 'preview', 'controls', 'bars'];

/** How far the guide's ring is off the part it should be around, CSS pixels. */
async function offTarget(page: Page, part: string): Promise<number> {
  return page.evaluate((name) => {
    const target = document.querySelector('memo-bert')!.shadowRoot!.querySelector(`[part~=${name}]`)!;
    const ring = document.querySelector('memo-guide')!.shadowRoot!.querySelector('.ring')!;
    const [a, b] = [target.getBoundingClientRect(), ring.getBoundingClientRect()];
    return Math.max(
      Math.abs(a.top - 6 - b.top),
      Math.abs(a.left - 6 - b.left),
      Math.abs(a.width + 12 - b.width),
    );
  }, part);
}

for (const viewport of [
  { width: 390, height: 844 },
  { width: 1440, height: 900 },
]) {
  test(`four steps, each beside its part and inside the window: ${viewport.width} px`, async ({ open }) => {
    const page = await open({ viewport });
    await openPage(page);
    const button = page.getByRole('button', { name: 'Show me around' });
    await button.click();
    const dialog = page.getByRole('dialog');
    for (const [index, part] of PARTS.entries()) {
      await expect(page.getByTestId('guide-count')).toHaveText(`${index + 1} of 4`);
      await expect.poll(() => offTarget(page, part)).toBeLessThan(1);
      const box = (await page.getByTestId('guide').boundingBox())!;
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(viewport.width);
      expect(box.y + box.height).toBeLessThanOrEqual(viewport.height);
      expect(await axeFindings(page)).toEqual([]);
      await page.getByTestId('guide-next').click();
    }
    await expect(dialog).toHaveCount(0);
    await expect(button).toBeFocused();
  });
}

test('by the address, in Korean, by keys: the focus stays inside, Escape leaves it, and it does not come again', async ({
  open,
}) => {
  const page = await open();
  await openPage(page, '?device=wasm&lang=ko&guide');
  const dialog = page.getByRole('dialog', { name: '문장을 완성합니다' });
  await expect(dialog).toBeVisible();
  expect((await focused(page)).name).toBe('button:다음');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: '한 사람의 얼굴을 봅니다' })).toBeVisible();
  const reached = new Set<string>();
  for (let turn = 0; turn < 8; turn += 1) {
    await page.keyboard.press('Tab');
    reached.add((await focused(page)).name);
  }
  reached.delete('body'); // the browser's own bar, between the last and the first
  expect([...reached].sort()).toEqual(['button:건너뛰기', 'button:다음', 'button:이전']);
  await page.getByTestId('guide-back').click();
  await expect(dialog).toBeVisible();
  expect((await focused(page)).name, 'the button that was pressed is gone').toBe('button:다음');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  // once the guide is gone, not in the same breath
  await expect.poll(() => new URL(page.url()).search).toBe('?device=wasm&lang=ko');
  await page.reload();
  await expect(page.getByTestId('start')).toHaveText(/시작/);
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('in a window enlarged to 400 % its buttons stay in view, and each step begins at its first line', async ({
  open,
}) => {
  const page = await open({ viewport: { width: 320, height: 256 } });
  await openPage(page, '?device=wasm&guide');
  const box = page.getByTestId('guide');
  const next = page.getByTestId('guide-next');
  for (let step = 1; step <= 4; step += 1) {
    await expect(page.getByTestId('guide-count')).toHaveText(`${step} of 4`);
    expect((await focused(page)).name).toMatch(/^button:(Next|Done)$/);
    await expect(next).toBeInViewport({ ratio: 1 });
    await expect(box.locator('h2')).toBeInViewport({ ratio: 1 });
    await box.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await expect(next).toBeInViewport({ ratio: 1 });
    await page.keyboard.press('Enter');
  }
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('asked for twice it is one, and whoever waits for it waits no longer once its place is gone', async ({
  open,
}) => {
  const page = await open();
  await openPage(page);
  const left = page.evaluate(async () => {
    const element = document.querySelector('memo-bert')!;
    const place = element.parentElement!;
    const { showGuide } = await import(new URL('memo-bert.js', document.baseURI).href);
    const waiting = [showGuide(element), showGuide(element)];
    await new Promise<void>((seen) => {
      const look = () =>
        document.querySelector('memo-guide')?.shadowRoot?.querySelector('dialog[open]')
          ? seen()
          : requestAnimationFrame(look);
      look();
    });
    const guides = document.querySelectorAll('memo-guide').length;
    place.remove();
    await Promise.all(waiting);
    return guides;
  });
  expect(await left).toBe(1);
});
