import type { Progress } from '../../runtime/progress';

/** `progress`: the model loads. */
export type MemoProgressEvent = CustomEvent<Progress>;
