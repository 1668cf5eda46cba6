import type { MemoError } from '../../errors';

/** `error`: a run failed and is over; every track of it is stopped. */
export type MemoErrorEvent = CustomEvent<MemoError>;
