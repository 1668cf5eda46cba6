/**
 * One hue a label, dark and light: at least 4.5:1 against every surface of the theme, and told apart under
 * protanopia, deuteranopia and tritanopia (`label-colours.test.ts` measures both). Colour never stands alone: the word is always there.
 */

import type { Estimate } from '../memobert/estimate';
import { isWithheld } from '../memobert/reliability';
import { topIndex } from './format';

export interface ThemedColour {
  readonly light: string;
  readonly dark: string;
}

export type Scheme = keyof ThemedColour;

export const LABEL_COLOURS: Readonly<Record<string, ThemedColour>> = {
  neutral: { light: '#6b6459', dark: '#d6cdc2' },
  happy: { light: '#8f6500', dark: '#e6a60f' },
  sad: { light: '#1c3fc0', dark: '#7eb3ff' },
  angry: { light: '#b4103c', dark: '#f4504a' },
  surprised: { light: '#0d737b', dark: '#1aa196' },
  scared: { light: '#5a2d8f', dark: '#be62fb' },
  disgusted: { light: '#17590d', dark: '#9fee63' },
  contempt: { light: '#8a2a6b', dark: '#f2a8c0' },
};

/**
 * CSS colour of a label, themable as `--memo-colour-<id>`.
 * @param labels all that it stands among: those without a hue of their own take the ones that are left, in turn
 */
export function labelColour(id: string, labels: readonly string[]): string {
  const colour = hueOf(id, labels);
  const name = id.replace(/[^\w-]/g, '-');
  return colour === undefined
    ? 'currentColor'
    : `var(--memo-colour-${name}, light-dark(${colour.light}, ${colour.dark}))`;
}

/** A label may be called "constructor", which every object has. */
const isKnown = (id: string): boolean => Object.hasOwn(LABEL_COLOURS, id);

/** Without what a page set. Where there are more labels than hues, those in use are taken once more. */
export function hueOf(id: string, labels: readonly string[]): ThemedColour | undefined {
  const taken = (hue: string) => Number(labels.includes(hue));
  const turn = Object.keys(LABEL_COLOURS).sort((a, b) => taken(a) - taken(b));
  const place = labels.filter((label) => !isKnown(label)).indexOf(id);
  return LABEL_COLOURS[isKnown(id) ? id : (turn[place % turn.length] ?? '')];
}

/** Of the most likely label; white where there is none, or where it is withheld. */
export function topHue(estimate: Pick<Estimate, 'labels' | 'probabilities' | 'reliability'> | null): string {
  if (isWithheld(estimate)) return '#fff';
  const { labels = [], probabilities = [] } = estimate ?? {};
  const label = labels[topIndex(probabilities)];
  return label === undefined ? '#fff' : labelColour(label, labels);
}
