/** A page of its own from the parts: other words are asked for while everything runs on. */

import { followLanguage } from '../src/app/language';
import type { MemoEngine } from '../src/elements';

/** The words that are asked about, each until the button offers the next. */
const LABELS = ['happy,sad,angry,neutral', 'surprised,scared,neutral'] as const;

const engine = document.querySelector<MemoEngine>('#engine');
const again = document.querySelector<HTMLButtonElement>('#again');
const offers = [...(again?.querySelectorAll('span') ?? [])];
let asked = 0;

again?.addEventListener('click', () => {
  asked = (asked + 1) % LABELS.length;
  engine?.setAttribute('labels', LABELS[asked as 0 | 1]);
  for (const [index, offer] of offers.entries()) offer.hidden = index !== asked;
});
followLanguage(document, window, async () => (await import('./strings/parts-ko')).ko);
