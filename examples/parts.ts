/** A page of its own from the parts: other words are asked for while everything runs on. */

import type { MemoEngine } from '../src/elements';

const SETS = [
  { labels: 'happy,calm,bored,worried', offer: 'Ask about energy instead' },
  { labels: 'tired,awake,excited', offer: 'Ask about mood instead' },
] as const;

const engine = document.querySelector<MemoEngine>('#engine');
const again = document.querySelector<HTMLButtonElement>('#again');
let asked = 0;

again?.addEventListener('click', () => {
  asked = (asked + 1) % SETS.length;
  const { labels, offer } = SETS[asked as 0 | 1];
  engine?.setAttribute('labels', labels);
  again.textContent = offer;
});
