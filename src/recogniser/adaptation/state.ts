/** What a recogniser says of its marks. */

import type { MemoError } from '../../errors';
import type { Adaptation, Mark } from './fit';
import type { Subject } from './subject';

export interface AdaptationState {
  /** What the marks are of; null before a model is loaded. */
  readonly subject: Subject | null;
  /** Oldest first. */
  readonly marks: readonly Mark[];
  /** Null while fewer than two different words are marked. */
  readonly fitted: Adaptation | null;
  /** Whether it is applied to the estimates. */
  readonly on: boolean;
  /** Whether this browser keeps the marks. */
  readonly kept: boolean;
  /** The last thing that went wrong; nothing was lost by it. */
  readonly error: MemoError | null;
}

export const NO_ADAPTATION: AdaptationState = Object.freeze<AdaptationState>({
  subject: null,
  marks: [],
  fitted: null,
  on: true,
  kept: false,
  error: null,
});

/** Begins the key of every mark that is kept in the browser's storage. */
export const PREFIX = 'memo-bert/adaptation/';
