/** Cache Storage in memory: as much of it as the bundle's cache uses. */

export interface MemoryCaches extends CacheStorage {
  /** Key -> content. */
  readonly entries: Map<string, Response>;
  /** There is no room for anything new. */
  full: boolean;
}

export function memoryCaches(fails = false): MemoryCaches {
  const entries = new Map<string, Response>();
  const url = (key: RequestInfo | URL) => (key instanceof Request ? key.url : String(key));
  const step = <T>(value: () => T, failing = fails): Promise<T> =>
    failing ? Promise.reject(new DOMException('full', 'QuotaExceededError')) : Promise.resolve(value());
  const cache = {
    match: (key: RequestInfo | URL) => step(() => entries.get(url(key))?.clone()),
    put: (key: RequestInfo | URL, response: Response) =>
      step(() => void entries.set(url(key), response), fails || storage.full),
    delete: (key: RequestInfo | URL) => step(() => entries.delete(url(key))),
    keys: () => step(() => [...entries.keys()].map((key) => new Request(key))),
  };
  const storage = {
    ...{ entries, full: false },
    open: () => Promise.resolve(cache),
    has: () => step(() => entries.size > 0),
    delete: () => step(() => entries.clear()),
  };
  return storage as unknown as MemoryCaches;
}
