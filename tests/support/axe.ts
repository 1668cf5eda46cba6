/** axe on the page as it stands: what a rule finds, in a line each, so that a failure can be read. */

import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** Every rule of WCAG 2.2 AA and of good practice; shadow trees included. @param within a selector, where not all of the page */
export async function axeFindings(page: Page, within?: string): Promise<string[]> {
  // what is in order is not named, and there are no frames whose findings were to be put together: half of the time each
  const builder = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode(true);
  const { violations } = await (within === undefined ? builder : builder.include(within)).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${JSON.stringify(target)} ${failureSummary ?? ''}`),
  );
}

/** Which element the keyboard is at, through all shadow trees, and whether it shows. */
export interface Focused {
  /** `button:Start`, `a:Model card`; `body` when it has left the page. */
  readonly name: string;
  readonly outlined: boolean;
}

export async function focused(page: Page): Promise<Focused> {
  return page.evaluate(() => {
    let element: Element | null = document.activeElement;
    while (element?.shadowRoot?.activeElement != null) element = element.shadowRoot.activeElement;
    if (element === null || element === document.body) return { name: 'body', outlined: true };
    const text =
      element.getAttribute('aria-label') ??
      (element.textContent || element.closest('label')?.textContent) ??
      '';
    const name = `${element.localName}:${text.replace(/\s+/g, ' ').trim().slice(0, 40)}`;
    // a radio shows by the label around it
    const shown = element.matches('input[type=radio]') ? (element.closest('label') ?? element) : element;
    const { outlineStyle, outlineWidth } = getComputedStyle(shown);
    return { name, outlined: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 };
  });
}
