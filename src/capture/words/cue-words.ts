/** A cue's text -> words with times: without tags, its character references resolved (WebVTT, section 6.4). */

import type { Cue } from './captions';
import { spread } from './transcript';
import type { Word } from './word-source';

/**
 * A tag, a SubRip position such as `{\an8}`, a reference, or what stands between them. No two repetitions that meet match the
 * same character, or a tag without an end would be tried in every split of it.
 */
const PIECE =
  /<(\/?)([^<>\s.]*)(?:[\s.][^<>]*)?>|\{\\[^{}]*\}|&(#x[0-9a-f]{1,6}|#\d{1,7}|\w{2,8});|[^<{&]+|[<{&]/gi;
const CLOCK = /^(?:(\d+):)?(\d{1,2}):(\d{2})(?:\.(\d{1,3}))?/;

/** Those that WebVTT writers use; an unknown one stays as it is. */
const NAMED: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', lrm: '', rlm: '' },
  ...{ hellip: '\u2026', ndash: '\u2013', mdash: '\u2014' },
  ...{ lsquo: '\u2018', rsquo: '\u2019', ldquo: '\u201c', rdquo: '\u201d' },
};

/** Times within the cue (karaoke style) are kept; else its words share its time by their length. */
export function wordsOf({ startTime, endTime, text }: Cue): readonly Word[] {
  const stretches: { readonly start: number; text: string }[] = [{ start: startTime, text: '' }];
  const add = (piece: string) => {
    const last = stretches.at(-1);
    if (last !== undefined) last.text += piece;
  };
  let reading = false; // how ruby is read: not said beside it
  for (const [piece, slash, tag, reference] of text.matchAll(PIECE)) {
    if (piece.startsWith('{\\')) continue;
    if (tag === undefined || /^<[^a-z\d/.>]/i.test(piece)) {
      if (!reading) add(reference === undefined ? piece : resolved(reference, piece));
      continue;
    }
    if (tag === 'rt') reading = slash === '';
    if (tag === 'ruby') reading = false;
    const time = clock(piece.slice(1, -1));
    const last = stretches.at(-1)?.start ?? startTime;
    // a time that goes back, or leaves the cue, is none
    if (time !== null && time >= last && time <= endTime) stretches.push({ start: time, text: '' });
  }
  return stretches.flatMap((stretch, index) =>
    spread(stretch.text, stretch.start, stretches[index + 1]?.start ?? endTime, true),
  );
}

/** A cue that begins this soon after the one before goes on with it, and one as short says nothing of its own; seconds. */
const AT_ONCE = 0.1;

/**
 * Captions that roll (YouTube's own) show the last line once more above the next, and alone in between: it is said once.
 * @param cues by start
 */
export function unrolled(cues: readonly Cue[]): Cue[] {
  return cues.flatMap((cue, index) => {
    const before = cues[index - 1];
    const [shown = '', ...lines] = linesOf(cue);
    if (before === undefined || cue.startTime - before.endTime >= AT_ONCE) return [cue];
    // a line alone may be said again
    if (lines.length === 0 && cue.endTime - cue.startTime >= AT_ONCE) return [cue];
    if (!isSame(shown, linesOf(before).findLast(hasWords) ?? '')) return [cue];
    return lines.some(hasWords) ? [{ ...cue, text: lines.join('\n') }] : [];
  });
}

function linesOf({ text }: Cue): string[] {
  return text.split('\n');
}

function hasWords(line: string): boolean {
  return line.trim() !== '';
}

function isSame(a: string, b: string): boolean {
  const plain = (text: string) => wordsOf({ startTime: 0, endTime: 0, text }).map((word) => word.text);
  return plain(a).join(' ') === plain(b).join(' ');
}

function resolved(reference: string, piece: string): string {
  if (!reference.startsWith('#')) return NAMED[reference] ?? piece;
  const hex = /^#x/i.test(reference);
  const code = Number.parseInt(reference.slice(hex ? 2 : 1), hex ? 16 : 10);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : piece;
}

function clock(tag: string): number | null {
  const parts = CLOCK.exec(tag);
  if (parts === null) return null;
  const [, hours = '0', minutes, seconds, fraction = '0'] = parts;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(`0.${fraction}`);
}
