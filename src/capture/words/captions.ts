/**
 * A caption file -> cues: WebVTT (https://www.w3.org/TR/webvtt1/, section 6) and SubRip, which differ in little. What cannot be
 * read is named by its line, and what can is kept: the browser's own parser drops it without a word.
 */

import { MemoError } from '../../errors';
import { goneFile } from '../broken-file';
import { isCaptionFile } from './caption-names';
import { unrolled } from './cue-words';
import { isForWords } from './for-words';

export interface Cue {
  /** Seconds on the media's clock. */
  readonly startTime: number;
  readonly endTime: number;
  /** As in the file: with tags and entities. */
  readonly text: string;
}

export interface Captions {
  /** By start, then by end. */
  readonly cues: readonly Cue[];
  /** Names the first line that could not be read; null of a whole file. The cues are those that could. */
  readonly fault: MemoError | null;
}

interface Fault {
  /** From 1. */
  readonly line: number;
  readonly what: string;
}

/** Far more than any film's captions; a video given by mistake is not read as text. */
const MOST_BYTES = 8_000_000;
const SIGNATURE = /^WEBVTT(?:[ \t]|$)/;
/** Blocks of WebVTT that are no cues. */
const ASIDE = /^(?:NOTE|STYLE|REGION)(?:[ \t:]|$)/;
const ARROW = '-->';
/** More hours than a century has are none: enough digits would be an endless number. */
const TIME = /^(?:(\d{1,6}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})$/;
/** A pair of times, or nearly one: all of a line that a message may repeat, for the rest may be what is said. */
const NEARLY_TIMES = /^\d+:[\d:.,]*\w?[\d:.,]*\s*-+>\s*\d+:[\d:.,]*\w?[\d:.,]*/;
/** Characters of it; no more is looked at. */
const MOST_QUOTED = 40;

/** @throws MemoError `input-invalid` for what is no Blob; `captions-invalid`, with the line in its message where there is one; `media-unreadable` of what was dropped and is of no use; `media-lost` */
export async function readCaptions(file: Blob, name: string): Promise<Captions> {
  // one of another window is as good
  if (typeof (file as Partial<Blob> | null)?.text !== 'function') throw noFile();
  const { type } = file;
  // text may be captions, whatever it is called
  if (isForWords({ name, type }) && !isCaptionFile(name) && !type.startsWith('text'))
    throw neither(name, type);
  if (file.size > MOST_BYTES) {
    throw invalid(name, `with ${(file.size / 1e6).toFixed(1)} MB it is no caption file`);
  }
  return parseCaptions(await textOf(file, name), name);
}

async function textOf(file: Blob, name: string): Promise<string> {
  try {
    return await file.text();
  } catch (cause) {
    throw (await goneFile(file, name, cause)) ?? cause;
  }
}

/** @throws MemoError `captions-invalid` when there is no cue that can be read */
export function parseCaptions(text: string, name: string): Captions {
  // the mark of UTF-8 is no part of the text; a line ends in any of three ways
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  const signed = SIGNATURE.test(lines[0] ?? '');
  if (!signed && !/\.srt$/i.test(name))
    throw invalid(name, 'line 1 is not "WEBVTT", so it is no WebVTT file');
  const { cues, faults } = readBlocks(lines, signed);
  const [first] = faults;
  if (cues.length === 0) throw invalid(name, first === undefined ? 'it has no cue' : said(first));
  const fault =
    first === undefined
      ? null
      : invalid(name, `${said(first)} (${faults.length} such, the other ${cues.length} cues are used)`);
  return { cues: unrolled(cues.sort((a, b) => a.startTime - b.startTime || a.endTime - b.endTime)), fault };
}

function readBlocks(lines: readonly string[], signed: boolean): { cues: Cue[]; faults: Fault[] } {
  const cues: Cue[] = [];
  const faults: Fault[] = [];
  const ended = (at: number) => at >= lines.length || lines[at]?.trim() === '';
  const timed = (at: number) => lines[at]?.includes(ARROW) === true;
  const skip = (from: number, stop: (at: number) => boolean, over = ended) => {
    let at = from;
    while (!over(at) && !stop(at)) at += 1;
    return at;
  };
  // a line of spaces is one of the text: YouTube's captions have them
  const empty = (at: number) => at >= lines.length || lines[at] === '';
  // a cue whose empty line is missing begins with its times, or its number; after spaces with any name
  const begins = (at: number) =>
    timed(at) || (timed(at + 1) && (/^\s*\d+\s*$/.test(lines[at] ?? '') || ended(at - 1)));
  // what follows the signature up to the first empty line says something about the file
  let at = signed ? skip(1, timed) : 0;
  while (at < lines.length) {
    if (ended(at)) at += 1;
    else if (timed(at) || (timed(at + 1) && !ended(at + 1))) {
      if (!timed(at)) at += 1; // the cue's name or number
      const end = skip(at + 1, begins, empty);
      const times = timesOf(lines[at] ?? '');
      if (typeof times === 'string') faults.push({ line: at + 1, what: times });
      else cues.push({ ...times, text: lines.slice(at + 1, end).join('\n') });
      at = end;
    } else {
      const aside = signed && ASIDE.test(lines[at] ?? '');
      if (!aside) faults.push({ line: at + 1, what: `${named(lines[at] ?? '')} belongs to no cue` });
      at = skip(at + 1, aside ? () => false : timed);
    }
  }
  return { cues, faults };
}

/** What is wrong with them, as words. */
function timesOf(line: string): Pick<Cue, 'startTime' | 'endTime'> | string {
  const [from = '', rest = ''] = line.split(ARROW);
  const startTime = seconds(from.trim());
  const endTime = seconds(rest.trim().split(/\s/)[0] ?? '');
  if (startTime === null || endTime === null) return `${named(line)} is no pair of times`;
  return endTime > startTime ? { startTime, endTime } : `${named(line)} ends before it begins`;
}

function seconds(time: string): number | null {
  const parts = TIME.exec(time);
  if (parts === null) return null;
  const [, hours = '0', minutes, whole, fraction = ''] = parts;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(whole) + Number(`0.${fraction}`);
}

function named(line: string): string {
  const times = NEARLY_TIMES.exec(line.trim().slice(0, MOST_QUOTED));
  return times === null ? 'it' : `"${times[0]}"`;
}

function said({ line, what }: Fault): string {
  return `line ${line}: ${what}`;
}

function noFile(): MemoError {
  return new MemoError(
    'input-invalid',
    'What was given as captions is no Blob.',
    'Give a Blob or a File: WebVTT (.vtt) or SubRip (.srt).',
  );
}

function invalid(name: string, what: string): MemoError {
  return new MemoError(
    'captions-invalid',
    `${name} cannot be read as captions: ${what}.`,
    'Correct that line, or choose another WebVTT (.vtt) or SubRip (.srt) file.',
  );
}

function neither(name: string, type: string): MemoError {
  return new MemoError(
    'media-unreadable',
    `${name} (${type}) is no video, no sound and no captions. What runs goes on.`,
    'Give a video or sound file (MP4, WebM, WAV), or captions as WebVTT (.vtt) or SubRip (.srt).',
  );
}
