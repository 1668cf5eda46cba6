/** Fetches the parts that only some visitors come to. `<memo-bert>` and `<memo-engine>` do so by themselves; a page may do so before. */

/** Resolves when `memo-playground`, `memo-span` and `memo-adaptation` are defined. Rejects where they cannot be fetched; the next call tries again. */
export async function loadApart(): Promise<void> {
  await import('./apart');
}

/** Resolves when `memo-timeline`, `memo-export` and `memo-rates` are defined. Rejects as {@link loadApart} does. */
export async function loadTimeline(): Promise<void> {
  await import('./over-time');
}
