/** Listens to each of `events` of the page until `signal` aborts. Of the page's side alone: a worker has no document. */
export function onPage(events: readonly string[], listener: () => void, signal: AbortSignal): void {
  // all of them pass the window; captured, so that nobody below keeps them to himself
  for (const event of events) window.addEventListener(event, listener, { signal, capture: true });
}

/** What lets a browser play what it refused or paused: a touch, a click, a key; and what paused it may be over when the page is seen again. */
export const PLAY_AGAIN = ['click', 'touchend', 'keydown', 'visibilitychange'] as const;
