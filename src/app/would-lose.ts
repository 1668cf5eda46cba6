/** What a reload would take from a visitor. */

import type { RecogniserState } from '../recogniser';

/** A run, or what is left of one and is nowhere else: a file, its timeline, marks that are not kept. */
export function wouldLose({
  phase,
  media,
  timeline,
  adaptation: { kept, marks },
}: Pick<RecogniserState, 'phase' | 'media' | 'timeline' | 'adaptation'>): boolean {
  const runs = phase !== 'idle' && phase !== 'error';
  const found = media !== null || (timeline !== null && timeline.estimates.length > 0);
  return runs || found || (marks.length > 0 && !kept);
}
