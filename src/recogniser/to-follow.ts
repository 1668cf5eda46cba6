/** Whom an analysis of a file follows, and from which moment on. */

import type { FaceChoice } from './chosen-faces';
import { holdOf, type Timeline } from './timeline';

/**
 * By time: who was followed in the seconds that are gone through once more, and what was chosen.
 * @param timeline what was answered up to `from`
 * @param start of what is gone through, seconds
 */
export function toFollow(
  choices: readonly FaceChoice[],
  timeline: Timeline | null,
  start: number,
  from: number,
): FaceChoice[] {
  const known = (timeline?.estimates ?? []).flatMap((answer) => {
    const { time, faces } = answer;
    const box = faces.find(({ followed }) => followed)?.box;
    return box === undefined || time < start - holdOf(answer) || time > from ? [] : [{ time, box }];
  });
  const ahead = choices.filter(({ time }) => time >= start);
  return [...known, ...ahead].toSorted((a, b) => a.time - b.time);
}
