/** Whose window asks for a file. */

/**
 * The window of that id; null for a worker, and for one that is still loading. Of a worker that loads, Firefox answers `clients.get`
 * only once its script has run, which waits for the very import that is asked about: so windows alone are looked through.
 */
export async function windowOf<W extends { readonly id: string }>(
  clientId: string,
  clients: { matchAll(options: { type: 'window'; includeUncontrolled: true }): Promise<readonly W[]> },
): Promise<W | null> {
  const windows = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  return windows.find(({ id }) => id === clientId) ?? null;
}
