/** `<memo-bert>` as a test sees it: by its public surface, read inside the page. */

import { expect, type Page } from '@playwright/test';
import type { Estimate } from '../../src';
import type {} from '../../src/elements';

declare global {
  interface Window {
    grantedTracks: MediaStreamTrack[];
    estimates: Estimate[];
    errorCodes: string[];
  }
}

/** Opens the page and starts to collect estimates and error codes. */
export async function openPage(page: Page, path = '?device=wasm'): Promise<void> {
  await page.goto(path);
  await page.waitForFunction(() => customElements.get('memo-bert') !== undefined);
  await page.evaluate(() => {
    window.estimates = [];
    window.errorCodes = [];
    const element = document.querySelector('memo-bert');
    element?.addEventListener('estimate', (event) => {
      window.estimates.push((event as CustomEvent<Estimate>).detail);
    });
    element?.addEventListener('error', (event) => {
      window.errorCodes.push((event as unknown as CustomEvent<{ code: string }>).detail.code);
    });
  });
}

export type Wanted = 'any' | 'all' | 'face' | 'voice' | 'text' | 'no-face' | 'no-voice';

/** The next estimate (from now on) that has what is wanted. */
export async function nextEstimate(page: Page, wanted: Wanted = 'any', timeout = 60_000): Promise<Estimate> {
  const from = await page.evaluate(() => window.estimates.length);
  const found = await page.waitForFunction(
    ({ from, wanted }) =>
      window.estimates.slice(from).find(({ modalities: { face, voice, text } }) => {
        if (wanted === 'face') return face.present;
        if (wanted === 'voice') return voice.present;
        if (wanted === 'text') return text.present;
        if (wanted === 'no-face') return !face.present;
        if (wanted === 'no-voice') return !voice.present;
        if (wanted === 'all') return face.present && voice.present && text.present;
        return true;
      }),
    { from, wanted },
    { timeout },
  );
  return (await found.jsonValue()) as Estimate;
}

export function expectWhole(estimate: Estimate): void {
  expect(estimate.probabilities.length).toBe(estimate.labels.length);
  expect(estimate.probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  for (const probability of estimate.probabilities) expect(probability).toBeGreaterThanOrEqual(0);
  expect(estimate.words.length).toBeGreaterThan(0);
}

export async function phase(page: Page): Promise<string> {
  return page.evaluate(() => document.querySelector('memo-bert')?.state ?? 'none');
}

export async function expectPhase(page: Page, wanted: string, timeout = 60_000): Promise<void> {
  await expect.poll(() => phase(page), { timeout }).toBe(wanted);
}

/** The code of the next error event, counted from the `seen`-th. */
export async function nextError(page: Page, seen = 0): Promise<string> {
  const found = await page.waitForFunction((index) => window.errorCodes[index], seen);
  return (await found.jsonValue()) as string;
}

export function press(page: Page, name: string | RegExp): Promise<void> {
  return page.getByRole('button', { name }).first().click();
}
