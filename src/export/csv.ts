/** RFC 4180: one row an estimate, comma-separated, CRLF, a header row. */

import { MODALITIES } from '../memobert/estimate';
import type { Timeline } from '../recogniser/timeline';
import { segments } from '../recogniser/timeline-marks';
import { topOf } from './top';

/**
 * Columns: `start_s` and `end_s` (the estimate's time is of a file the end, of a live source the start), `top`, whether the answer
 * was `withheld` (0 or 1; then `top` and `word` are empty), each label's probability by its id (`p_word` of a label `word`: another
 * column is called so), `word` (the vocabulary's most likely), for each modality `text`, `face`, `voice` whether it was `_present`
 * (0 or 1) and its `_contribution`, and `faces` in the picture.
 */
export function toCsv(timeline: Timeline): string {
  const sources = MODALITIES.flatMap((modality) => [`${modality}_present`, `${modality}_contribution`]);
  const [before, after] = [
    ['start_s', 'end_s', 'top', 'withheld'],
    ['word', ...sources, 'faces'],
  ];
  const header = [...before, ...columnsOf(timeline.labels, [...before, ...after]), ...after];
  const rows = segments(timeline).map(({ start, end, estimate }) => {
    const { probabilities, words, modalities, faces } = estimate;
    const top = topOf(estimate);
    return [
      ...[start.toFixed(3), end.toFixed(3), top?.label ?? '', top === null ? '1' : '0'],
      ...probabilities.map((probability) => probability.toFixed(6)),
      top === null ? '' : (words[0]?.word ?? ''),
      ...MODALITIES.flatMap((modality) => [
        modalities[modality].present ? '1' : '0',
        modalities[modality].contribution.toFixed(6),
      ]),
      String(faces.length),
    ];
  });
  return [header, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/** Readers know a column by its name: none may be there twice. */
function columnsOf(labels: readonly string[], others: readonly string[]): string[] {
  const taken = new Set([...labels, ...others]);
  const free = (name: string): string => (taken.has(name) ? free(`p_${name}`) : name);
  return labels.map((label) => (others.includes(label) ? free(label) : label));
}

function field(value: string): string {
  // a spreadsheet takes what begins like this for a formula; a number below 0 is none
  const safe = /^(?:[=+@\t\r]|-(?![\d.]+$))/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
