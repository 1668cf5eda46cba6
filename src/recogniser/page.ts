/** What the recogniser asks of the page around it: a hook, so that it also runs where there is no page. */

import { onPage } from '../page-events';

export interface Page {
  readonly hidden: boolean;
  readonly online: boolean;
  /** Called when either changed; returns the way out. */
  onChange(listener: () => void): () => void;
}

/** Always visible and online. */
export const noPage: Page = { hidden: false, online: true, onChange: () => () => undefined };

/** The document the script runs in; {@link noPage} where there is none. */
export function currentPage(): Page {
  if (typeof document === 'undefined') return noPage;
  return {
    get hidden() {
      return document.visibilityState === 'hidden';
    },
    get online() {
      return navigator.onLine;
    },
    onChange(listener) {
      const leave = new AbortController();
      onPage(['visibilitychange', 'online', 'offline'], listener, leave.signal);
      return () => leave.abort();
    },
  };
}
