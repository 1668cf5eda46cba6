/** What lies in the cache, counted: for whoever shows it, and so apart from the cache that every worker has. */

import { BYTES_HEADER, FILE_CACHE, HEALED_HEADER } from './file-cache';

export interface KeptFiles {
  /** Of all entries, whoever's: whole files, parts of files, manifests. */
  readonly bytes: number;
  /** Files that were found damaged on this device, and were fetched again. */
  readonly healed: number;
}

/** What lies in the cache; all zero where there is none. */
export async function keptFiles(storage: CacheStorage | null): Promise<KeptFiles> {
  if (storage === null || !(await storage.has(FILE_CACHE))) return { bytes: 0, healed: 0 };
  const cache = await storage.open(FILE_CACHE);
  let bytes = 0;
  let healed = 0;
  for (const request of await cache.keys()) {
    const entry = await cache.match(request);
    if (entry === undefined) continue;
    const said = entry.headers.get(BYTES_HEADER);
    bytes += said === null ? (await entry.arrayBuffer()).byteLength : Number(said);
    if (entry.headers.has(HEALED_HEADER)) healed += 1;
  }
  return { bytes, healed };
}
