/**
 * A new version of the page comes by itself where nobody has touched it, and else when a visitor asks for it: which errors it would
 * mend, and how it never loads a page over and over.
 */

import type { ErrorCode, MemoError } from '../errors';

/** A host whose servers hold different builds would bring a "new" one at each load. */
const APART_MS = 60 * 60 * 1000;

type Memory = Pick<History, 'state' | 'replaceState'>;
type Remembered = { readonly memoRenewed?: number } | null;

/** Call it before the page is loaded again for a new version. */
export function noteRenewal(history: Memory, nowMs: number): void {
  history.replaceState({ ...(history.state as Remembered), memoRenewed: nowMs }, '');
}

/** Within the hour. */
export function renewedLately(history: Pick<History, 'state'>, nowMs: number): boolean {
  const { memoRenewed = -Infinity } = (history.state as Remembered) ?? {};
  return nowMs - memoRenewed < APART_MS;
}

/** Of what the page itself brings: after a deploy the host may have it no more, or another under the same name. */
const CODES: ReadonlySet<ErrorCode> = new Set(['file-missing', 'model-integrity', 'backend-unavailable']);
/** Begins the cures of these; of an address that somebody gave, or a browser without WebGPU, another. */
const CURES = /^(?:Check the connection and|Press Start again)/;

export function isOfVersion({ code, cure }: Pick<MemoError, 'code' | 'cure'>): boolean {
  return CODES.has(code) && CURES.test(cure);
}
