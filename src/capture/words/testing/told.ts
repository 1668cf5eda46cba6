/** Listeners that remember what they were told, and the run around a source of words. */

import type { MemoError } from '../../../errors';
import type { Word, WordListeners, WordScene, WordStatus } from '../word-source';

export interface Told {
  readonly on: WordListeners;
  readonly statuses: WordStatus[];
  readonly errors: MemoError[];
  /** Oldest first. */
  readonly lists: (readonly Word[])[];
  /** The last list's texts; interim words end in `?`. */
  said(): string;
}

/** Devices that listen, at the beginning of their clock. */
export function scene(change: Partial<WordScene> = {}): WordScene {
  const source = { kind: 'devices', microphone: 'live', on: () => undefined } as const;
  return { source, now: () => 0, speaking: () => false, seconds: null, stepped: false, ...change };
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
