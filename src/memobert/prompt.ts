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
/** `[MASK]` and its like are in the vocabulary, but say nothing. */
const MARKER = /^\[.*\]$/s;

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
  constructor(wording: string, labels: readonly Label[], vocabulary: Vocabulary, maxWords: number) {
    this.#vocabulary = vocabulary;
    this.#maxWords = maxWords;
    this.#cls = special(vocabulary, '[CLS]');
    this.#sep = special(vocabulary, '[SEP]');
    this.#mask = special(vocabulary, MASK);
    this.#ids = vocabulary.encode(wording);
    const masks = this.#ids.filter((id) => id === this.#mask).length;
    if (masks !== 1) {
      throw new MemoError(
        'prompt-invalid',
        `The prompt "${wording}" has ${masks} masks.`,
        `Write ${MASK} exactly once, as in "I am ${MASK}.".`,
      );
    }
    this.labelTokens = labels.map(({ word }) => labelToken(word, vocabulary));
    // by token: "Sad" and "sad" are one word to the model
    const first = new Map(this.labelTokens.map((token, index) => [token, index] as const).reverse());
    const double = labels.find((_, index) => first.get(this.labelTokens[index] ?? -1) !== index);
    if (labels.length < 2 || double !== undefined) {
      throw new MemoError(
        'label-invalid',
        double === undefined
          ? 'Fewer than two labels were given.'
          : `The label "${double.word}" is given twice.`,
        'Give two or more different words.',
      );
    }
  }

  /** Pieces beside the words: [CLS], the prompt, [SEP]. */
  get extraTokens(): number {
    return this.#ids.length + 2;
  }

  /** The prompt behind what was said; null text gives the prompt alone. */
  compose(text: string | null): PromptedText {
    const words = text === null ? [] : this.#words(text).slice(-this.#maxWords);
    const ids = [this.#cls, ...words, ...this.#ids, this.#sep];
    return { ids, maskPosition: 1 + words.length + this.#ids.indexOf(this.#mask) };
  }

  /** Whether a text has words for the model: control characters alone have none. */
  says(text: string): boolean {
    return this.#words(text).length > 0;
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
  if (id === null || MARKER.test(vocabulary.wordOf(id))) {
    throw new MemoError(
      'label-invalid',
      `The label "${word}" is not one word of the model's vocabulary.`,
      'Choose a common single word, such as "bored" or "excited".',
    );
  }
  return id;
}
