/** Moments of face or voice as stretches of a track. */

import type { LookedAt } from '../memobert/estimate';

export interface Span {
  /** Seconds. */
  readonly start: number;
  readonly end: number;
}

/** What of `from` to `to` was looked at, in order; moments that touch are one stretch. */
export function spansOf({ times, each }: LookedAt, from: number, to: number): Span[] {
  const spans: Span[] = [];
  for (const time of [...times].sort((a, b) => a - b)) {
    const [start, end] = [Math.max(time, from), Math.min(time + each, to)];
    if (!(end > start)) continue;
    const last = spans.at(-1);
    // times are rounded to the millisecond, and frames come a little late
    if (last !== undefined && start - last.end <= each / 2)
      spans[spans.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    else spans.push({ start, end });
  }
  return spans;
}

export function secondsOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { start, end }) => sum + end - start, 0);
}
