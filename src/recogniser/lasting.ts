/** What is kept for hours, in less memory: the timeline keeps thousands of estimates. */

/**
 * A copy of plain data. What comes out of a worker holds each number of a list as an object of its own, and each word as often as it was
 * said; a list that is made here holds its numbers themselves, and `words` has each word once.
 */
export function lasting<T>(value: T, words: Map<string, string>): T;
export function lasting(value: unknown, words: Map<string, string>): unknown {
  if (typeof value === 'string') {
    const known = words.get(value);
    if (known === undefined) words.set(value, value);
    return known ?? value;
  }
  if (Array.isArray(value)) return value.map((each: unknown) => lasting(each, words));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, lasting<unknown>(each, words)]));
}
