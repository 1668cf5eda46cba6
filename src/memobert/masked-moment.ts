/** A frozen moment as token ids and features, and the same with parts of it hidden as in pre-training. */

import { MemoError } from '../errors';
import type { ReadWindow, Tokens } from './evidence';
import type { Masks } from './moment';
import type { Vocabulary } from './prompt';
import type { RowContent } from './rows';

/** One whole word: where its pieces stand among the words' ids. */
export interface WordSpan {
  readonly word: string;
  readonly from: number;
  readonly to: number;
}

export interface Special {
  readonly cls: number;
  readonly sep: number;
  readonly mask: number;
}

export interface Frozen {
  readonly window: ReadWindow;
  readonly time: number;
  readonly ids: readonly number[];
  readonly words: readonly WordSpan[];
}

/** Pieces that continue a word (`##s`) belong to it. */
export function wholeWords(ids: readonly number[], vocabulary: Pick<Vocabulary, 'wordOf'>): WordSpan[] {
  const spans: WordSpan[] = [];
  ids.forEach((id, at) => {
    const piece = vocabulary.wordOf(id);
    const last = spans.at(-1);
    if (!piece.startsWith('##') || last === undefined) spans.push({ word: piece, from: at, to: at + 1 });
    else spans[spans.length - 1] = { word: last.word + piece.slice(2), from: last.from, to: at + 1 };
  });
  return spans;
}

/** @throws MemoError `input-invalid` for what the moment does not have */
export function checkMasks({ words, faces, voice }: Masks, frozen: Frozen): void {
  const { window } = frozen;
  const most = {
    words: frozen.words.length,
    faces: window.face?.count ?? 0,
    voice: window.voice?.count ?? 0,
  };
  for (const [name, given] of Object.entries({ words, faces, voice })) {
    const count = most[name as keyof typeof most];
    const wrong = given.find((at) => !Number.isInteger(at) || at < 0 || at >= count);
    if (wrong === undefined) continue;
    throw new MemoError(
      'input-invalid',
      `The moment has no ${name} at ${wrong}: it has ${count}.`,
      'Mask what the moment tells of, counted from 0.',
    );
  }
}

/** Ids of the pieces of the masked words, as places among all. */
export function maskedPieces({ words }: Masks, frozen: Frozen): number[] {
  return [...new Set(words)].flatMap((index) => {
    const { from = 0, to = 0 } = frozen.words[index] ?? {};
    return Array.from({ length: to - from }, (_, offset) => from + offset);
  });
}

/** As the four tasks were trained: `[CLS] words [SEP]` without a prompt; masked words are `[MASK]`, masked faces and voice zeros. */
export function bareRow(
  frozen: Frozen,
  masks: Masks,
  special: Special,
  size: { face: number; voice: number },
): RowContent {
  const pieces = new Set(maskedPieces(masks, frozen));
  const ids = frozen.ids.map((id, at) => (pieces.has(at) ? special.mask : id));
  const { face, voice } = frozen.window;
  return {
    prompted: { ids: [special.cls, ...ids, special.sep], maskPosition: 1 + Math.min(...pieces, ids.length) },
    face: face && zeroed(face, masks.faces, size.face),
    voice: voice && zeroed(voice, masks.voice, size.voice),
  };
}

/** The same parts hidden in a row with a prompt. */
export function hide(
  row: RowContent,
  frozen: Frozen,
  masks: Masks,
  mask: number,
  size: { face: number; voice: number },
): RowContent {
  const ids = [...row.prompted.ids];
  for (const piece of maskedPieces(masks, frozen)) ids[1 + piece] = mask;
  return {
    prompted: { ...row.prompted, ids },
    // the row's own faces are the window's
    face: row.face && frozen.window.face && zeroed(frozen.window.face, masks.faces, size.face),
    voice: row.voice && zeroed(row.voice, masks.voice, size.voice),
  };
}

function zeroed({ data, count }: Tokens, at: readonly number[], size: number): Tokens {
  const copy = data.slice(0, count * size);
  for (const index of at) copy.fill(0, index * size, (index + 1) * size);
  return { data: copy, count };
}
