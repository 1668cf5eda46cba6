import type { TimedText } from './timed-text';

/** What somebody types: holds until it is replaced. */
export function typedTexts(text: string): readonly TimedText[] {
  return text.trim() === '' ? [] : [{ text, start: 0, end: Number.POSITIVE_INFINITY }];
}
