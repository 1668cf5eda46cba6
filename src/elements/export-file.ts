/** A timeline as a file in any format, the picture included: what `export()` gives and the buttons save. */

import { EXTENSIONS, exportTimeline, recorded, TEXT_FORMATS, type TextFormat } from '../export';
import type { Timeline } from '../recogniser';
import { timelinePng } from './timeline-png';

export const EXPORT_FORMATS = [...TEXT_FORMATS, 'png'] as const;
export type ExportFormat = TextFormat | 'png';

/**
 * @param element whose light or dark the picture takes
 * Rejects with `nothing-recorded`, or `input-invalid` for another format.
 */
export async function exportFile(
  timeline: Timeline | null,
  format: ExportFormat,
  element: Element,
): Promise<Blob> {
  if (format !== 'png') return exportTimeline(timeline, format);
  const dark = getComputedStyle(element).colorScheme.includes('dark');
  const wanted = matchMedia('(prefers-color-scheme: dark)').matches;
  const only = !getComputedStyle(element).colorScheme.includes('light');
  return timelinePng(recorded(timeline), dark && (wanted || only) ? 'dark' : 'light');
}

/** `clip.webm` -> `clip.csv`. */
export function fileName(timeline: Timeline | null, format: ExportFormat): string {
  const base = (timeline?.name ?? 'memo-bert').replace(/\.[^.]*$/, '');
  return `${base || 'memo-bert'}.${EXTENSIONS[format]}`;
}
