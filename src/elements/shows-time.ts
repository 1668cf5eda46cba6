import type { RecogniserState } from '../recogniser';

/** There is something to show over time: of a file at once, of devices after their first answer, which must not wait for it. */
export function showsTime({ timeline, media }: Pick<RecogniserState, 'timeline' | 'media'>): boolean {
  return timeline !== null && (media !== null || timeline.estimates.length > 0);
}
