/** A timeline read: which stretch each estimate stands for, and where nothing was seen or heard. Fetched with what shows or saves it. */

import type { Estimate } from '../memobert/estimate';
import { holdOf, type Given, type GivenFrom, type Timeline } from './timeline';

/** One estimate and the stretch that it stands for. */
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

/**
 * An estimate of a file stands for the stretch that leads up to it: that was seen and heard for it, and so the last one ends where
 * the file does. One of a live source stands until the next, as it was shown.
 */
export function segments({ name, estimates, reached }: Timeline): Segment[] {
  return estimates.map((estimate, index) => {
    const { time } = estimate;
    const hold = holdOf(estimate);
    if (name !== null) {
      return { start: Math.max(estimates[index - 1]?.time ?? 0, time - hold), end: time, estimate };
    }
    const next = estimates[index + 1]?.time ?? Math.max(reached, time);
    return { start: time, end: Math.min(next, time + hold), estimate };
  });
}

/** Where no face was seen and nobody spoke, in order. */
export function marks(timeline: Timeline): Mark[] {
  return marksAmong(timeline, segments(timeline));
}

/** {@link marks} for who has the timeline's segments already. */
export function marksAmong(timeline: Timeline, all: readonly Segment[]): Mark[] {
  const found = (modality: keyof Given, kind: Mark['kind'], missing: (estimate: Estimate) => boolean) => {
    const off = offOf(modality, timeline.givenFrom ?? [{ ...timeline.given, from: 0 }]);
    return without(spans(timeline, all, kind, missing), off);
  };
  return [
    ...found('face', 'no-face', (estimate) => estimate.faces.length === 0 && isSaid(estimate, 'no-face')),
    ...found(
      'voice',
      'silence',
      (estimate) => !estimate.modalities.voice.present && isSaid(estimate, 'silence'),
    ),
  ].sort((a, b) => a.start - b.start);
}

/** Where nobody looked or listened lately, an absence is none: then the answer does not say that it doubts. */
function isSaid({ reliability }: Estimate, absence: Mark['kind']): boolean {
  return reliability?.reasons.includes(absence) ?? true;
}

/** The stretches in which it was not given: nothing could be missing there. */
function offOf(modality: keyof Given, given: readonly GivenFrom[]): Omit<Mark, 'kind'>[] {
  return given
    .map((each, index) => ({ ...each, start: each.from, end: given[index + 1]?.from ?? Infinity }))
    .filter((each) => !each[modality] && each.end > each.start);
}

/** Both in order: each is gone through once, for hours may have hundreds of both. */
function without(found: readonly Mark[], off: readonly Omit<Mark, 'kind'>[]): Mark[] {
  let first = 0; // that does not end before the mark
  return found.flatMap((mark) => {
    while ((off[first]?.end ?? Infinity) <= mark.start) first += 1;
    const left: Mark[] = [];
    let { start } = mark;
    for (let at = first; start < mark.end; at += 1) {
      const next = off[at] ?? { start: Infinity, end: Infinity };
      left.push({ ...mark, start, end: Math.min(mark.end, next.start) });
      start = Math.max(start, next.end);
    }
    return left.filter(({ start, end }) => end - start >= LEAST_MARK_SECONDS);
  });
}

function spans(
  timeline: Timeline,
  all: readonly Segment[],
  kind: Mark['kind'],
  missing: (estimate: Estimate) => boolean,
): readonly Mark[] {
  const found: Mark[] = [];
  let start: number | null = null;
  let end = timeline.name === null ? (timeline.estimates[0]?.time ?? 0) : 0;
  const close = () => {
    if (start !== null && end - start >= LEAST_MARK_SECONDS) found.push({ kind, start, end });
    start = null;
  };
  for (const segment of all) {
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
