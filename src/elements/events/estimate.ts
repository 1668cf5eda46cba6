import type { Estimate } from '../../memobert/estimate';

/** `estimate`: a new answer, several times a second. */
export type MemoEstimateEvent = CustomEvent<Estimate>;
