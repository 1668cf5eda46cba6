/** Fetches the parts that few open. `<memo-bert>` does so when its lines are opened; a page that uses them alone calls this. */

/** Resolves when `memo-playground`, `memo-span` and `memo-adaptation` are defined. Rejects where they cannot be fetched; the next call tries again. */
export async function loadApart(): Promise<void> {
  await import('./apart');
}
