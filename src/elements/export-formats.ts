/** What a timeline can be saved as. */

import type { TextFormat } from '../export';

export type ExportFormat = TextFormat | 'png';
/** With their file name extensions. */
export const EXTENSIONS: Readonly<Record<ExportFormat, string>> = {
  csv: 'csv',
  json: 'json',
  webvtt: 'vtt',
  emotionml: 'emotionml',
  png: 'png',
};
export const EXPORT_FORMATS = Object.keys(EXTENSIONS) as readonly ExportFormat[];
