/** All there is: the estimates as events give them, and what they are of. */

import type { Timeline } from '../recogniser/timeline';
import { marks } from '../recogniser/timeline-marks';

/** Raised when a reader of the file would have to change. */
export const JSON_FORMAT = 1;

export function toJson(timeline: Timeline): string {
  const { name, seconds, reached, from, began, prompt, labels, given, givenFrom, estimates } = timeline;
  const about = {
    format: JSON_FORMAT,
    generator: 'memo-bert',
    name,
    seconds,
    reached,
    from,
    began,
    prompt,
    labels,
    given,
    givenFrom,
  };
  return JSON.stringify({ ...about, marks: marks(timeline), estimates });
}
