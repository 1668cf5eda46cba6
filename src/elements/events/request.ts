import type { MemoRequest } from '../../recogniser';

/** `memo-request`: what a part asks of the recogniser; bubbles and is composed. */
export type MemoRequestEvent = CustomEvent<MemoRequest>;

declare global {
  interface HTMLElementEventMap {
    'memo-request': MemoRequestEvent;
  }
}
