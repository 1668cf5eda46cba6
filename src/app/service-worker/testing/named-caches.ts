/** Cache Storage in memory with caches by name: as much of it as the service worker uses. */

export interface NamedCaches extends CacheStorage {
  /** Name -> key -> content. */
  readonly stores: Map<string, Map<string, Response>>;
  /** There is no room for anything new, till a cache goes. */
  full: boolean;
}

export function cacheStorages(): NamedCaches {
  const stores = new Map<string, Map<string, Response>>();
  const url = (key: RequestInfo | URL) => (key instanceof Request ? key.url : String(key));
  const cacheOf = (entries: Map<string, Response>) => ({
    match: (key: RequestInfo | URL) => Promise.resolve(entries.get(url(key))?.clone()),
    put: (key: RequestInfo | URL, response: Response) =>
      storage.full
        ? Promise.reject(new DOMException('full', 'QuotaExceededError'))
        : Promise.resolve(void entries.set(url(key), response)),
    delete: (key: RequestInfo | URL) => Promise.resolve(entries.delete(url(key))),
    keys: () => Promise.resolve([...entries.keys()].map((key) => new Request(key))),
  });
  const storage = {
    ...{ stores, full: false },
    open: (name: string) => {
      const entries = stores.get(name) ?? new Map<string, Response>();
      stores.set(name, entries);
      return Promise.resolve(cacheOf(entries));
    },
    match: (key: string, { cacheName = '' }: MultiCacheQueryOptions) =>
      Promise.resolve(stores.get(cacheName)?.get(key)?.clone()),
    has: (name: string) => Promise.resolve(stores.has(name)),
    delete: (name: string) => {
      storage.full &&= !stores.has(name);
      return Promise.resolve(stores.delete(name));
    },
    keys: () => Promise.resolve([...stores.keys()]),
  };
  return storage as unknown as NamedCaches;
}
