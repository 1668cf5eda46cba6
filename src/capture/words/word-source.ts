/**
 * Where the words come from: typed, captions, the browser's recognition, a speech model in the page. All look like this,
 * and what they say is on the clock of the run's source of frames and samples.
 */

import type { MemoError } from '../../errors';
import type { SampleChunk, Source } from '../source';

export const WORD_SOURCES = ['typed', 'captions', 'browser', 'in-page'] as const;
export type WordSourceKind = (typeof WORD_SOURCES)[number];

/** A word, or a stretch of them that belongs together. */
export interface Word {
  readonly text: string;
  /** Seconds on the source's clock. */
  readonly start: number;
  /** Seconds on the source's clock; Infinity holds until it is replaced (typed text). */
  readonly end: number;
  /** False while the recogniser may still change its mind. */
  readonly final: boolean;
}

/** `starting`: a model loads or a permission is asked for; `failed`: over, and its error was told. */
export type WordStatus = 'off' | 'starting' | 'listening' | 'failed';

/** What a source of words knows of the run that it accompanies. */
export interface WordScene {
  readonly source: Pick<Source, 'kind' | 'microphone' | 'on'>;
  /** Seconds on the source's clock. */
  now(): number;
  /** Whether the run hears speech, where it weighs the voice. */
  speaking(): boolean;
  /** Length of a file in seconds; null for what has no end. */
  readonly seconds: number | null;
  /** True of a file that is read: its clock stands still between one {@link WordSource.advance} and the next. */
  readonly stepped: boolean;
}

export interface WordListeners {
  /** All that is known of the last {@link REMEMBERED_SECONDS} and of what begins next, oldest first; interim words last. */
  words(words: readonly Word[]): void;
  status(status: WordStatus): void;
  /** Something is wrong. The source goes on unless its status is `failed`. */
  error(error: MemoError): void;
  /** Files on their way. */
  progress?(loadedBytes: number, totalBytes: number): void;
}

export interface WordSource {
  /** BCP 47; empty where it is not known. */
  readonly language: string;
  readonly status: WordStatus;
  /** Begins to tell; a source that has begun, or is over, is not begun again. Failures are told, not thrown. */
  start(scene: WordScene): void;
  /** Tells nothing any more, and lets go of what it holds. Safe to call twice. */
  stop(): void;
  /** A stepped run has come to this moment, seconds: what counts for it is told before this returns, or resolves. */
  advance?(seconds: number): void | Promise<void>;
  /**
   * Sound of the run, for those who listen themselves. The samples are not kept: they belong to the next in line.
   * In a stepped run it resolves when all that can be made of the sound so far was told.
   */
  hear?(chunk: SampleChunk): void | Promise<void>;
}

/** Words older than this can be in no evidence any more. */
export const REMEMBERED_SECONDS = 30;
