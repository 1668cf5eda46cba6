/** "I am [MASK]." and the label words, as the model's token ids. */

import { MemoError } from '../errors';
import type { Label } from '../runtime/manifest';

/** As much of `encoders`' WordPieces as is needed here. */
export interface Vocabulary {
  readonly size: number;
  encode(text: string): number[];
  idOf(word: string): number | null;
  wordOf(id: number): string;
}

export interface PromptedText {
  /** [CLS] words prompt [SEP]. */
  readonly ids: readonly number[];
  readonly maskPosition: number;
}

const MASK = '[MASK]';
/** Words of what was said, prompt and markers share the graph's positions (64 in the smallest model). */
const MOST_PIECES = 24;
/** Characters of a long prompt that a message repeats. */
const MOST_QUOTED = 60;

/**
 * What can be said against a wording without a vocabulary.
 * @throws MemoError `prompt-invalid`
 */
export function checkWording(wording: string): void {
  const masks = wording.split(MASK).length - 1;
  if (masks === 1) return;
  throw new MemoError(
    'prompt-invalid',
    `The prompt "${wording}" has ${masks === 0 ? 'no mask' : `${masks} masks`}.`,
    `Write ${MASK} exactly once, as in "I am ${MASK}.".`,
  );
}

/**
 * What can be said against label words without a vocabulary.
 * @returns them as the uncased vocabulary has them, without space around
 * @throws MemoError `label-invalid`
 */
export function checkLabelWords(words: readonly string[]): readonly string[] {
  const plain = words.map((word) => word.trim().toLowerCase());
  const odd = plain.findIndex((word) => !/^\p{L}+$/u.test(word));
  if (odd >= 0) throw notOneWord(words[odd] ?? '');
  checkDifferent(plain);
  return plain;
}

function checkDifferent(words: readonly string[]): void {
  const double = words.find((word, index) => words.indexOf(word) !== index);
  if (words.length >= 2 && double === undefined) return;
  throw new MemoError(
    'label-invalid',
    double === undefined ? 'Fewer than two labels were given.' : `The label "${double}" is given twice.`,
    'Give two or more different words.',
  );
}

function notOneWord(word: string): MemoError {
  return new MemoError(
    'label-invalid',
    `The label "${word}" is not one word of the model's vocabulary.`,
    'Choose a common single word, such as "bored" or "excited".',
  );
}
/** `[MASK]` and its like are in the vocabulary, but say nothing. */
const LATIN = /\p{Script=Latin}/u;
const MARKER = /^\[.*\]$/s;

/** Whether a text has no letter of the alphabet that `label` is written in, as far as that is Latin. */
export function isForeign(text: string, label = ''): boolean {
  return LATIN.test(label) && !LATIN.test(text);
}

export class Prompt {
  readonly labelTokens: readonly number[];
  readonly #ids: readonly number[];
  readonly #cls: number;
  readonly #sep: number;
  readonly #mask: number;
  readonly #vocabulary: Vocabulary;
  readonly #maxWords: number;
  #last: { readonly text: string; readonly words: readonly number[] } = { text: '', words: [] };

  /**
   * @param wording contains `[MASK]` exactly once
   * @param maxWords word pieces of what was said; the latest are kept
   * @throws MemoError `prompt-invalid`, `label-invalid`
   */
  constructor(
    readonly wording: string,
    readonly labels: readonly Label[],
    vocabulary: Vocabulary,
    maxWords: number,
  ) {
    this.#vocabulary = vocabulary;
    this.#maxWords = maxWords;
    this.#cls = special(vocabulary, '[CLS]');
    this.#sep = special(vocabulary, '[SEP]');
    this.#mask = special(vocabulary, MASK);
    this.#ids = vocabulary.encode(wording);
    checkWording(wording);
    if (this.#ids.length > MOST_PIECES) throw tooLong(wording, this.#ids.length);
    this.labelTokens = labels.map(({ word }) => labelToken(word, vocabulary));
    // by token: "Sad" and "sad" are one word to the model
    const first = new Map(this.labelTokens.map((token, index) => [token, index] as const).reverse());
    checkDifferent(
      labels.map(
        ({ word }, index) => labels[first.get(this.labelTokens[index] ?? -1) ?? index]?.word ?? word,
      ),
    );
  }

  /** Pieces beside the words: [CLS], the prompt, [SEP]. */
  get extraTokens(): number {
    return this.#ids.length + 2;
  }

  /** The prompt behind what was said; null text gives the prompt alone. */
  compose(text: string | null): PromptedText {
    const words = text === null ? [] : this.wordIds(text);
    const ids = [this.#cls, ...words, ...this.#ids, this.#sep];
    return { ids, maskPosition: 1 + words.length + this.#ids.indexOf(this.#mask) };
  }

  /**
   * Whether a text has words for the model: control characters alone have none, nor has another script than its labels'. What
   * is left of Korean or of a smiley are pieces of single characters, which it answers at random, and surely.
   */
  says(text: string): boolean {
    return !isForeign(text, this.labels[0]?.word) && this.#words(text).length > 0;
  }

  /** Ids of what was said, as far as the model reads it: the latest pieces. */
  wordIds(text: string): readonly number[] {
    return this.#words(text).slice(-this.#maxWords);
  }

  #words(text: string): readonly number[] {
    // every row of an estimate asks for the same text, which may be long
    if (this.#last.text === text) return this.#last.words;
    // somebody who says "[MASK]" must not open a second mask
    const markers = new Set([this.#cls, this.#sep, this.#mask]);
    const words = this.#vocabulary.encode(text).filter((id) => !markers.has(id));
    this.#last = { text, words };
    return words;
  }
}

function tooLong(wording: string, pieces: number): MemoError {
  return new MemoError(
    'prompt-invalid',
    `The prompt "${wording.slice(0, MOST_QUOTED)}…" is ${pieces} word pieces long; the model takes ${MOST_PIECES}.`,
    'Write a shorter sentence.',
  );
}

function special(vocabulary: Vocabulary, token: string): number {
  const id = vocabulary.idOf(token);
  if (id === null) {
    throw new MemoError(
      'manifest-invalid',
      `The bundle's vocabulary has no ${token}.`,
      'Export the bundle again.',
    );
  }
  return id;
}

function labelToken(word: string, vocabulary: Vocabulary): number {
  const id = vocabulary.idOf(word);
  if (id === null || MARKER.test(vocabulary.wordOf(id))) throw notOneWord(word);
  return id;
}
