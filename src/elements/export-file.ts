/** A timeline as a file in any format, the picture included: what `export()` gives and the buttons save. */

import { lateScript } from '../late-script';
import type { Timeline } from '../recogniser';
import { EXTENSIONS, type ExportFormat } from './export-formats';
import { languageAt } from './speaker';
import { speaking } from './strings';

/**
 * @param element whose light or dark, and whose language, the picture takes
 * Rejects with `nothing-recorded`, `input-invalid` for another format, or `file-missing` where what writes it cannot be fetched.
 */
export async function exportFile(
  timeline: Timeline | null,
  format: ExportFormat,
  element: Element,
): Promise<Blob> {
  // writers are fetched when the first file is asked for
  const { exportTimeline, recorded } = await lateScript(() => import('../export'));
  if (format !== 'png') return exportTimeline(timeline, format);
  const { timelinePng } = await lateScript(() => import('./timeline-png'));
  const dark = getComputedStyle(element).colorScheme.includes('dark');
  const wanted = matchMedia('(prefers-color-scheme: dark)').matches;
  const only = !getComputedStyle(element).colorScheme.includes('light');
  const scheme = dark && (wanted || only) ? 'dark' : 'light';
  return speaking(languageAt(element), () => timelinePng(recorded(timeline), scheme));
}

/** `clip.webm` -> `clip.csv`. */
export function fileName(timeline: Timeline | null, format: ExportFormat): string {
  const base = (timeline?.name ?? 'memo-bert').replace(/\.[^.]*$/, '');
  return `${base || 'memo-bert'}.${EXTENSIONS[format]}`;
}

/** Downloads what was made in the page, under this name. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  // the download has its own hold on the data once the click is handled
  setTimeout(() => URL.revokeObjectURL(url));
}
