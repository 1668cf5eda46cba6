/** A column of 200 px: nothing of the element reaches out of it, in either language. */

import type { Page } from '@playwright/test';
import { expect, test } from './support/browser';
import { openBody } from './support/elsewhere';

/** Whatever stands further to the right than the element itself, with by how many pixels. */
function outside(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const host = document.querySelector('memo-bert')!;
    const { right } = host.getBoundingClientRect();
    const within = (root: ParentNode): string[] =>
      [...root.querySelectorAll('*')].flatMap((found) => {
        const box = found.getBoundingClientRect();
        const over = Math.round(box.right - right);
        const isSeen = box.width > 1 && found.closest('.hidden-visually') === null;
        return [
          ...(isSeen && over > 0 ? [`${found.localName}.${found.className}: ${over}`] : []),
          ...(found.shadowRoot ? within(found.shadowRoot) : []),
        ];
      });
    return within(host.shadowRoot!);
  });
}

for (const lang of ['en', 'ko']) {
  test(`everything stays within it, in ${lang}`, async ({ open }) => {
    const page = await open();
    const element = `<memo-bert lang="${lang}" device="wasm"></memo-bert>`;
    await openBody(
      page,
      `<div style="display: flex"><div style="width: 200px">${element}</div><p>beside</p></div>`,
    );
    await expect(page.getByTestId('start')).toBeVisible();
    await expect(page.getByTestId('words-typed')).toBeChecked();
    expect(await outside(page)).toEqual([]);
    await page.getByTestId('wording').click();
    await expect(page.getByTestId('own-words')).toBeVisible();
    expect(await outside(page)).toEqual([]);
  });
}
