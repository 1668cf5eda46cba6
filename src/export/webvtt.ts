/**
 * W3C WebVTT, for a `<track kind="metadata">` or captions: a cue for each stretch in which the same label is the most likely, or in
 * which the answer is withheld, which says so: without a cue there was no evidence at all, or nobody looked.
 */

import type { Timeline } from '../recogniser/timeline';
import { segments, type Segment } from '../recogniser/timeline-marks';
import { topOf } from './top';

export function toWebVtt(timeline: Timeline): string {
  const cues = stretches(segments(timeline)).map(
    ({ start, end, label, mean }) =>
      `${stamp(start)} --> ${stamp(end)}\n${label === null ? NOT_SURE : said(label, mean)}\n`,
  );
  return `WEBVTT\n\nNOTE Estimates of expression by memo-bert, not of what a person feels.\n\n${cues.join('\n')}`;
}

/** A label word has no hyphen: a style sheet tells this from all of them. */
const NOT_SURE = '<c.not-sure>not sure</c>';

function said(label: string, mean: number): string {
  // never a certain 100 % by rounding alone
  const percent = mean < 1 ? Math.min(99, Math.round(mean * 100)) : 100;
  return `<c.${cssName(label)}>${escaped(label)}</c> ${percent} %`;
}

interface Stretch {
  readonly start: number;
  readonly end: number;
  /** Null: withheld. */
  readonly label: string | null;
  /** Of the label's probability, over the stretch's estimates. */
  readonly mean: number;
}

function stretches(all: readonly Segment[]): Stretch[] {
  const found: (Stretch & { readonly count: number })[] = [];
  for (const { start, end, estimate } of all) {
    const { label = null, probability = 0 } = topOf(estimate) ?? {};
    if (milliseconds(end) <= milliseconds(start)) continue; // a cue of no length is not valid
    const last = found.at(-1);
    if (last?.label === label && milliseconds(last.end) === milliseconds(start)) {
      const count = last.count + 1;
      found[found.length - 1] = { ...last, end, count, mean: last.mean + (probability - last.mean) / count };
    } else {
      found.push({ start, end, label, mean: probability, count: 1 });
    }
  }
  return found;
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}

/** `hh:mm:ss.ttt` */
function stamp(seconds: number): string {
  const total = milliseconds(seconds);
  const part = (value: number, digits: number) => String(value).padStart(digits, '0');
  const [hours, minutes] = [Math.floor(total / 3_600_000), Math.floor(total / 60_000) % 60];
  return `${part(hours, 2)}:${part(minutes, 2)}:${part(Math.floor(total / 1000) % 60, 2)}.${part(total % 1000, 3)}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** With single hyphens, inside alone: `-->` in a cue is its end, and `--` before the `>` of its tag makes one. */
function cssName(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N}_]+/gu, '-').replace(/^-|-$/g, '') || 'label';
}
