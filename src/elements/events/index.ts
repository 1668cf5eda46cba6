/** The events of `<memo-bert>` and of its parts, each typed once. Knows of types only. */

import type { MemoErrorEvent } from './error';
import type { MemoEstimateEvent } from './estimate';
import type { MemoProgressEvent } from './progress';
import type { MemoStateChangeEvent } from './statechange';
import type { MemoWordsEvent } from './words';

export type { MemoErrorEvent, MemoEstimateEvent, MemoProgressEvent, MemoStateChangeEvent, MemoWordsEvent };
export type { MemoRequestEvent } from './request';

/** Dispatched on `<memo-bert>` itself; none bubbles. `error` and `progress` carry our details, not the platform's. */
export interface MemoBertEventMap extends Omit<HTMLElementEventMap, 'error' | 'progress'> {
  estimate: MemoEstimateEvent;
  statechange: MemoStateChangeEvent;
  progress: MemoProgressEvent;
  error: MemoErrorEvent;
  words: MemoWordsEvent;
}
