/** What a recogniser says of the moment that was taken to mask parts of it. */

import type { MemoError } from '../errors';
import { NO_MASKS, type Filling, type Masks, type Moment } from '../memobert/moment';

export interface MomentState {
  /** Null until one is taken. */
  readonly taken: Moment | null;
  readonly masks: Masks;
  /** Of `masks`, or while `busy` of those before; null while nothing was filled in. */
  readonly filling: Filling | null;
  readonly busy: boolean;
  readonly error: MemoError | null;
}

export const NO_MOMENT: MomentState = Object.freeze<MomentState>({
  taken: null,
  masks: NO_MASKS,
  filling: null,
  busy: false,
  error: null,
});
