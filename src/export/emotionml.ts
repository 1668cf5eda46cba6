/**
 * W3C EmotionML 1.0 (Recommendation, 22 May 2014): an `<emotion>` for each estimate, with every label as a `<category>` and
 * its probability as `value`, and `start` and `end` in milliseconds. Where the answer is withheld, the `confidence` in each is 0.
 *
 * The label words are none of the W3C's vocabularies, so the document defines its own and names it as its category set.
 * `start` and `end` count from the beginning of the media, as a file has no date; where its name is known, a `<reference>`
 * gives the same stretch as a media fragment (Media Fragments URI 1.0).
 */

import { isWithheld } from '../memobert/reliability';
import type { Timeline } from '../recogniser/timeline';
import { segments, type Segment } from '../recogniser/timeline-marks';

const NAMESPACE = 'http://www.w3.org/2009/10/emotionml';
const VOCABULARY = 'labels';

export function toEmotionMl(timeline: Timeline): string {
  const { labels, name } = timeline;
  // one document has one vocabulary: items are names of its own, so they must be XML names
  const items = labels.map((label) => `    <item name="${attribute(token(label))}"/>\n`).join('');
  const emotions = segments(timeline)
    .map((segment) => emotion(segment, name))
    .join('');
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<emotionml version="1.0" xmlns="${NAMESPACE}" category-set="#${VOCABULARY}">\n` +
    `  <vocabulary type="category" id="${VOCABULARY}">\n${items}  </vocabulary>\n` +
    `${emotions}</emotionml>\n`
  );
}

function emotion({ start, end, estimate }: Segment, name: string | null): string {
  const [from, until] = [Math.round(start * 1000), Math.round(end * 1000)];
  const modes = Object.entries(estimate.modalities).flatMap(([modality, { present }]) =>
    present ? [modality] : [],
  );
  const confidence = isWithheld(estimate) ? ' confidence="0"' : '';
  const categories = estimate.labels.map((label, index) => {
    const value = (estimate.probabilities[index] ?? 0).toFixed(6);
    return `    <category name="${attribute(token(label))}" value="${value}"${confidence}/>\n`;
  });
  const media =
    name === null
      ? ''
      : `    <reference uri="${attribute(`${encodeURIComponent(name)}#t=${start.toFixed(3)},${end.toFixed(3)}`)}" role="expressedBy"/>\n`;
  return (
    `  <emotion start="${from}" end="${until}"` +
    `${modes.length > 0 ? ` expressed-through="${attribute(modes.join(' '))}"` : ''}>\n` +
    `${categories.join('')}${media}  </emotion>\n`
  );
}

/** As an xsd:NMTOKEN. */
function token(label: string): string {
  return label.replace(/[^\p{L}\p{N}._:-]/gu, '-');
}

function attribute(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
