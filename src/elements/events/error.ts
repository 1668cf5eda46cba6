import type { MemoError } from '../../errors';

/**
 * `error`: a run failed and is over, every track of it is stopped (`state` is `error`); or an attribute is wrong and its default
 * holds, or the captions of `src` could not be fetched and the file goes on without (`state` is what it was).
 */
export type MemoErrorEvent = CustomEvent<MemoError>;
