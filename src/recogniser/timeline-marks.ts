/** A timeline read: how long each estimate stands, and where nothing was seen or heard. Fetched with what shows or saves it. */

import type { Estimate } from '../memobert/estimate';
import { holdOf, type Timeline } from './timeline';

/** One estimate and how long it stands. */
export interface Segment {
  /** Seconds. */
  readonly start: number;
  readonly end: number;
  readonly estimate: Estimate;
}

export interface Mark {
  readonly kind: 'no-face' | 'silence';
  /** Seconds. */
  readonly start: number;
  readonly end: number;
}

/** Shorter is a blink of the detector, or a breath. */
const LEAST_MARK_SECONDS = 1;
export function segments({ estimates, reached, seconds }: Timeline): Segment[] {
  const last = Math.max(reached, seconds ?? 0);
  return estimates.map((estimate, index) => {
    const next = estimates[index + 1]?.time ?? Math.max(last, estimate.time);
    return { start: estimate.time, end: Math.min(next, estimate.time + holdOf(estimate)), estimate };
  });
}

/** Where no face was seen and nobody spoke, in order. */
export function marks(timeline: Timeline): Mark[] {
  const { given } = timeline;
  return [
    ...(given.face ? spans(timeline, 'no-face', ({ faces }) => faces.length === 0) : []),
    ...(given.voice ? spans(timeline, 'silence', ({ modalities }) => !modalities.voice.present) : []),
  ].sort((a, b) => a.start - b.start);
}

function spans(timeline: Timeline, kind: Mark['kind'], missing: (estimate: Estimate) => boolean): Mark[] {
  const found: Mark[] = [];
  let start: number | null = timeline.estimates[0]?.time === undefined ? 0 : null;
  let end = timeline.estimates[0]?.time ?? 0;
  const close = () => {
    if (start !== null && end - start >= LEAST_MARK_SECONDS) found.push({ kind, start, end });
    start = null;
  };
  for (const segment of segments(timeline)) {
    if (segment.start > end) start ??= end; // a gap: neither face nor voice
    end = segment.start;
    if (missing(segment.estimate)) start ??= segment.start;
    else close();
    end = segment.end;
  }
  if (timeline.reached > end) start ??= end;
  end = Math.max(end, timeline.reached);
  close();
  return found;
}
