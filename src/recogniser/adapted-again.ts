/** What was estimated before an adaptation came, changed or went, by what holds now. */

import type { Estimate } from '../memobert/estimate';
import type { RecogniserState } from './state';
import { estimateAt, type Recorder } from './timeline';

/** @param finish an answer of the model's own, in the order of time */
export function adaptedAgain(
  { estimate, position, source, timeline: shown }: RecogniserState,
  recorder: Recorder,
  finish: (answer: Estimate) => Estimate,
): Pick<RecogniserState, 'timeline' | 'estimate'> {
  const again = ({ unadapted, ...before }: Estimate) =>
    finish({ ...before, probabilities: unadapted ?? before.probabilities });
  recorder.rewrite(again);
  const timeline = shown && recorder.timeline;
  const anew = (before: Estimate) => {
    if (source === 'text') return again(before); // no moment of the timeline
    return timeline === null ? before : estimateAt(timeline, position ?? before.time);
  };
  return { timeline, estimate: estimate && anew(estimate) };
}
