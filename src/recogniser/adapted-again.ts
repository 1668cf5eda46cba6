/** What was estimated before an adaptation came, changed or went, by what holds now. */

import type { Estimate } from '../memobert/estimate';
import type { Recorder } from './recorder';
import type { RecogniserState } from './state';
import { estimateAt } from './timeline';

/** @param finish an answer of the model's own, in the order of time */
export function adaptedAgain(
  { estimate, position, source, timeline: shown }: RecogniserState,
  recorder: Recorder | null,
  finish: (answer: Estimate) => Estimate,
): Pick<RecogniserState, 'timeline' | 'estimate'> {
  const again = ({ unadapted, ...before }: Estimate) =>
    finish({ ...before, probabilities: unadapted ?? before.probabilities });
  recorder?.rewrite(again);
  const timeline = shown && (recorder?.timeline ?? null);
  const anew = (before: Estimate) => {
    if (source === 'text') return again(before); // no moment of the timeline
    return timeline === null ? before : estimateAt(timeline, position ?? before.time);
  };
  return { timeline, estimate: estimate && anew(estimate) };
}
