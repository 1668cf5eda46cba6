import type { StateChange } from '../../recogniser';

/** `statechange`: phase or conditions changed. */
export type MemoStateChangeEvent = CustomEvent<StateChange>;
