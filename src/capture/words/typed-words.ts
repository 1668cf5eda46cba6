/** What somebody types: holds until it is replaced. */

import type { TimedText } from '../../runtime/protocol';
import { BaseWordSource } from './base-source';
import type { Word, WordListeners } from './word-source';

export class TypedWords extends BaseWordSource {
  readonly kind = 'typed';
  readonly language = '';

  constructor(
    private text: string,
    on: WordListeners,
  ) {
    super(on);
  }

  /** In place of what was typed before; empty takes it back. */
  say(text: string): void {
    this.text = text;
    if (this.status === 'listening') this.tell(typedWords(text));
  }

  protected begin(): void {
    this.become('listening');
    this.tell(typedWords(this.text));
  }

  protected end(): void {
    // nothing is held
  }
}

function typedWords(text: string): readonly Word[] {
  return typedTexts(text).map((said) => ({ ...said, final: true }));
}

/** Typed text holds until it is replaced. */
export function typedTexts(text: string): readonly TimedText[] {
  return text.trim() === '' ? [] : [{ text, start: 0, end: Number.POSITIVE_INFINITY }];
}
