import { REQUEST_EVENT, type MemoRequest } from '../recogniser/requests';

/** Sends a request out as a `memo-request` event; false where a listener that heard it at once cancelled it. */
export function ask(from: EventTarget, detail: MemoRequest, bubbles = false): boolean {
  const how = { bubbles, composed: true, cancelable: true };
  return from.dispatchEvent(new CustomEvent(REQUEST_EVENT, { detail, ...how }));
}
