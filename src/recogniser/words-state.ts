/** What the page can know about where the words come from. */

import type { RecognitionPlace } from '../capture/words/recognition-api';
import type { Word, WordSourceKind, WordStatus } from '../capture/words/word-source';
import type { MemoError } from '../errors';

export interface WordsState {
  /** The visitor's choice. */
  readonly source: WordSourceKind;
  /** What can be chosen here: `browser` where it has a recognition, `in-page` where a speech model is named. */
  readonly offered: readonly WordSourceKind[];
  /** True once it was asked for; it listens while a run does. Typed words and captions are always on. */
  readonly on: boolean;
  readonly status: WordStatus;
  /** BCP 47; empty where it is not known. */
  readonly language: string;
  /** Of the last seconds, oldest first; interim words last. */
  readonly said: readonly Word[];
  /** The last thing that went wrong; the source goes on unless its status is `failed`. */
  readonly error: MemoError | null;
  /** The captions in hand; `cues` is null of a track, which the browser reads. */
  readonly captions: { readonly name: string; readonly cues: number | null } | null;
  /** Where the browser would listen; null until `browser` is chosen. */
  readonly place: RecognitionPlace | null;
  /** Of the speech model, while it loads. */
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

export const INITIAL_WORDS: WordsState = Object.freeze<WordsState>({
  source: 'typed',
  offered: ['typed', 'captions'],
  on: true,
  status: 'off',
  language: '',
  said: [],
  error: null,
  captions: null,
  place: null,
  loadedBytes: 0,
  totalBytes: 0,
});
