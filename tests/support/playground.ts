/** The masking playground as a visitor uses it. */

import { expect, type Locator, type Page } from '@playwright/test';

/** Over the first to the last of the cells, both included. */
export async function drag(page: Page, kind: 'faces' | 'voice', from: number, to: number): Promise<void> {
  const track = page.getByTestId(`span-${kind}`).getByTestId('track');
  await track.scrollIntoViewIfNeeded();
  const box = (await track.boundingBox())!;
  await page.mouse.move(box.x + box.width * from, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
}

/** What the model filled in, once it has. */
export async function filled(page: Page, task: 'words' | 'face' | 'voice' | 'answer'): Promise<Locator> {
  const section = page.getByTestId(`filled-${task}`);
  // the live loop and the filling in share one queue
  await expect(section).toBeVisible({ timeout: 120_000 });
  return section;
}
