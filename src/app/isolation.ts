/**
 * A host that sets no isolation headers gives the page one wasm thread until its service worker adds them, which needs a reload:
 * done once, at the first visit, and only before the visitor did anything.
 */

export interface IsolationParts {
  readonly isolated: boolean;
  /** Whether anything was clicked, typed or started. */
  readonly touched: () => boolean;
  readonly history: Pick<History, 'state' | 'replaceState'>;
  readonly reload: () => void;
}

/** Call it when the service worker began to serve the page. */
export function reloadOnceForIsolation({ isolated, touched, history, reload }: IsolationParts): void {
  const state = history.state as { memoReloaded?: boolean } | null;
  // a browser that isolates no page would be reloaded for ever
  if (isolated || touched() || state?.memoReloaded === true) return;
  history.replaceState({ ...state, memoReloaded: true }, '');
  reload();
}
