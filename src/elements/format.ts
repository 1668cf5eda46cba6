/** Numbers and names as the elements write them. */

import type { LABEL_SETS, PROMPTS } from '../memobert/presets';
import { strings } from './strings';

/** 0.624 -> `62%`; below half a percent `<1%`, never a certain `100%` by rounding alone. No space, as English and Korean write it: a line could break at one. */
export function percent(probability: number): string {
  if (!Number.isFinite(probability) || probability <= 0) return '0%';
  if (probability < 0.005) return '<1%';
  if (probability < 1 && probability >= 0.995) return '>99%';
  return `${Math.round(probability * 100)}%`;
}

/** Bytes as megabytes (10^6) with one decimal, without the unit. */
export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

/** Shown until a bundle says its own; by its type the presets', which are fetched late. */
export const DEFAULT_LABELS: readonly string[] = [
  'neutral',
  'happy',
  'sad',
  'angry',
  'surprised',
  'scared',
  'disgusted',
] satisfies (typeof LABEL_SETS)[7];
export const DEFAULT_PROMPT = 'I am [MASK].' satisfies (typeof PROMPTS)[0];

/** What the label means, where the elements speak another language than the vocabulary; null where it needs no saying. An id may be “constructor”. */
export function labelGloss(id: string): string | null {
  return (Object.hasOwn(strings.glosses, id) ? strings.glosses[id] : undefined) ?? null;
}

/** The label with its meaning behind it, for a line of text or a voice: `happy (기쁨)`. */
export function labelSpoken(id: string): string {
  const gloss = labelGloss(id);
  return gloss === null ? id : `${id} (${gloss})`;
}

/** Index of the highest value; -1 of nothing. The first wins a tie. */
export function topIndex(values: readonly number[]): number {
  let best = -1;
  let highest = Number.NEGATIVE_INFINITY;
  for (const [index, value] of values.entries()) {
    if (value > highest) {
      highest = value;
      best = index;
    }
  }
  return best;
}

/** `I am [MASK].` -> what stands before and after the mask; a prompt without a mask has it at its end. */
export function splitPrompt(prompt: string): readonly [before: string, after: string] {
  const at = prompt.indexOf('[MASK]');
  return at < 0 ? [`${prompt} `, ''] : [prompt.slice(0, at), prompt.slice(at + '[MASK]'.length)];
}
