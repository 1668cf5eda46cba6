/**
 * W3C EmotionML 1.0 (Recommendation, 22 May 2014). The label words are none of the W3C's vocabularies, so the document defines its
 * own and names it as its category set. How time is told: its section on timestamps, and Media Fragments URI 1.0.
 */

import { isWithheld } from '../memobert/reliability';
import type { Timeline } from '../recogniser/timeline';
import { segments, type Segment } from '../recogniser/timeline-marks';

const NAMESPACE = 'http://www.w3.org/2009/10/emotionml';
const VOCABULARY = 'labels';
const SESSION = 'session';

/**
 * An `<emotion>` for each estimate, with every label as a `<category>` and its probability as `value`; where the answer is withheld,
 * the `confidence` in each is 0. Times are in milliseconds: of a file `offset-to-start` and `duration` on its own clock, and a
 * `<reference>` to that stretch of it; of a live source `start` and `end` since 1970, or, where nobody knows when it began, an
 * `offset-to-start` from the beginning of the session.
 */
export function toEmotionMl(timeline: Timeline): string {
  // one document has one vocabulary: items are names of its own, so they must be XML names
  const names = namesOf(timeline.labels);
  const items = [...names.values()].map((name) => `    <item name="${attribute(name)}"/>\n`).join('');
  const emotions = segments(timeline)
    .map((segment) => emotion(segment, timeline, names))
    .join('');
  const session = isSession(timeline)
    ? `  <info id="${SESSION}">What times are relative to: a session whose date is not known.</info>\n`
    : '';
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<emotionml version="1.0" xmlns="${NAMESPACE}" category-set="#${VOCABULARY}">\n` +
    `${session}  <vocabulary type="category" id="${VOCABULARY}">\n${items}  </vocabulary>\n` +
    `${emotions}</emotionml>\n`
  );
}

function isSession({ name, began }: Timeline): boolean {
  return name === null && began === undefined;
}

function emotion(segment: Segment, timeline: Timeline, names: ReadonlyMap<string, string>): string {
  const { estimate } = segment;
  const modes = Object.entries(estimate.modalities).flatMap(([modality, { present }]) =>
    present ? [modality] : [],
  );
  const confidence = isWithheld(estimate) ? ' confidence="0"' : '';
  const categories = estimate.labels.map((label, index) => {
    const value = (estimate.probabilities[index] ?? 0).toFixed(6);
    return `    <category name="${attribute(names.get(label) ?? token(label))}" value="${value}"${confidence}/>\n`;
  });
  return (
    `  <emotion ${times(segment, timeline)}` +
    `${modes.length > 0 ? ` expressed-through="${attribute(modes.join(' '))}"` : ''}>\n` +
    `${categories.join('')}${reference(segment, timeline)}  </emotion>\n`
  );
}

function times({ start, end }: Segment, { name, began }: Timeline): string {
  if (name === null && began !== undefined) {
    const [from, until] = [start, end].map((seconds) => Math.round(began + seconds * 1000));
    return `start="${from}" end="${until}"`;
  }
  const [from, until] = [Math.round(start * 1000), Math.round(end * 1000)];
  return `time-ref-uri="${name === null ? `#${SESSION}` : mediaUri(name)}" offset-to-start="${from}" duration="${until - from}"`;
}

/** To the stretch of the file, as a media fragment. */
function reference({ start, end }: Segment, { name }: Timeline): string {
  if (name === null) return '';
  const uri = `${mediaUri(name)}#t=${start.toFixed(3)},${end.toFixed(3)}`;
  return `    <reference uri="${uri}" role="expressedBy"/>\n`;
}

function mediaUri(name: string): string {
  return attribute(encodeURIComponent(name));
}

/** Two labels may make one token: the later is numbered. */
function namesOf(labels: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const label of labels) {
    let name = token(label);
    for (let number = 2; taken.has(name); number += 1) name = `${token(label)}-${number}`;
    taken.add(name);
    names.set(label, name);
  }
  return names;
}

/** All but NameChar of XML 1.0, fifth edition: combining signs are in it, `½` and `²` are not. */
const NO_NAME_CHAR =
  /[^-.:\w\u{b7}\u{c0}-\u{d6}\u{d8}-\u{f6}\u{f8}-\u{37d}\u{37f}-\u{1fff}\u{200c}-\u{200d}\u{203f}\u{2040}\u{2070}-\u{218f}\u{2c00}-\u{2fef}\u{3001}-\u{d7ff}\u{f900}-\u{fdcf}\u{fdf0}-\u{fffd}\u{10000}-\u{effff}]/gu;

/** As an xsd:NMTOKEN. */
function token(label: string): string {
  return label.replace(NO_NAME_CHAR, '-');
}

function attribute(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
