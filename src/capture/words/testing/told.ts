/** Listeners that remember what they were told. */

import type { MemoError } from '../../../errors';
import type { Word, WordListeners, WordStatus } from '../word-source';

export interface Told {
  readonly on: WordListeners;
  readonly statuses: WordStatus[];
  readonly errors: MemoError[];
  /** Oldest first. */
  readonly lists: (readonly Word[])[];
  /** The last list's texts; interim words end in `?`. */
  said(): string;
}

export function told(): Told {
  const statuses: WordStatus[] = [];
  const errors: MemoError[] = [];
  const lists: (readonly Word[])[] = [];
  return {
    on: {
      words: (words) => lists.push(words),
      status: (status) => statuses.push(status),
      error: (error) => errors.push(error),
    },
    statuses,
    errors,
    lists,
    said: () => (lists.at(-1) ?? []).map(({ text, final }) => (final ? text : `${text}?`)).join(' '),
  };
}
