/** What page and service worker say to each other: a request with a port, one answer on it, and till then that it is still at it. */

import type { Group } from './build';

export type ToServiceWorker =
  /** Keep these groups from now on, in this build and in those to come. */
  | { readonly kind: 'keep'; readonly groups: readonly Group[] }
  | { readonly kind: 'kept' }
  /** Back to the shell alone; or to nothing, and write no more. */
  | { readonly kind: 'forget'; readonly everything: boolean }
  /** To one that waits: take over, unless another tab is at work; `unasked`, unless somebody has touched another. */
  | { readonly kind: 'activate'; readonly unasked: boolean };

export interface KeptGroups {
  /** Complete ones. */
  readonly groups: readonly Group[];
  readonly bytes: number;
}

export type FromServiceWorker =
  | { readonly kind: 'kept'; readonly kept: KeptGroups }
  | { readonly kind: 'activating'; readonly done: boolean }
  | { readonly kind: 'failed'; readonly message: string };

/** Said every few seconds until the answer: who says nothing was ended. */
export interface Working {
  readonly kind: 'working';
}

/** To every other page of ours, before a new version takes over; answered with {@link Busy}. */
export interface BusyQuestion {
  readonly kind: 'busy?';
}

export interface Busy {
  /** Something is there that a reload would end or lose. */
  readonly busy: boolean;
  /** A visitor did something there, so that it is reloaded by a click alone; a version that does not say counts as touched. */
  readonly touched?: boolean;
}
