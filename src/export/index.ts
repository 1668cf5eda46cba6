/**
 * A timeline -> files that other tools read. Knows of estimates over time; must not know of elements, sources or models.
 */

import { MemoError } from '../errors';
import type { Timeline } from '../recogniser/timeline';
import { toCsv } from './csv';
import { toEmotionMl } from './emotionml';
import { toJson } from './json';
import { toWebVtt } from './webvtt';

/** Of text; `png` is drawn by the elements. */
export const TEXT_FORMATS = ['csv', 'json', 'webvtt', 'emotionml'] as const;
export type TextFormat = (typeof TEXT_FORMATS)[number];

const WRITERS: Record<TextFormat, { readonly write: (timeline: Timeline) => string; readonly type: string }> =
  {
    csv: { write: toCsv, type: 'text/csv' },
    json: { write: toJson, type: 'application/json' },
    webvtt: { write: toWebVtt, type: 'text/vtt' },
    emotionml: { write: toEmotionMl, type: 'application/emotionml+xml' },
  };

/** @throws MemoError `nothing-recorded` without an estimate, `input-invalid` for another format or what is no timeline */
export function exportTimeline(timeline: Timeline | null, format: TextFormat): Blob {
  const writer = (WRITERS as Partial<typeof WRITERS>)[format];
  if (writer === undefined) throw unknownFormat(format);
  return new Blob([writer.write(recorded(timeline))], { type: `${writer.type};charset=utf-8` });
}

/** @throws MemoError `nothing-recorded`, `input-invalid` for what is no timeline */
export function recorded(timeline: Timeline | null): Timeline {
  const given = timeline ?? { estimates: [] };
  // from scripts without types
  if (!Array.isArray(given.estimates)) throw noTimeline();
  if (timeline && timeline.estimates.length > 0) return timeline;
  throw new MemoError(
    'nothing-recorded',
    'There is no estimate to export yet.',
    'Start, or analyse a file, and export when estimates have come.',
  );
}

function noTimeline(): MemoError {
  return new MemoError(
    'input-invalid',
    'What is to be exported is no timeline.',
    'Give state.timeline of a recogniser, or one that it had before.',
  );
}

function unknownFormat(format: string): MemoError {
  return new MemoError(
    'input-invalid',
    `"${format}" is no export format.`,
    `Ask for one of ${TEXT_FORMATS.join(', ')}; an element also draws png.`,
  );
}

export { toCsv, toEmotionMl, toJson, toWebVtt };
