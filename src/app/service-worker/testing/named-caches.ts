/** Cache Storage in memory with caches by name: as much of it as the service worker uses. */

export interface NamedCaches extends CacheStorage {
  /** Name -> key -> content. */
  readonly stores: Map<string, Map<string, Response>>;
}

export function cacheStorages(): NamedCaches {
  const stores = new Map<string, Map<string, Response>>();
  const url = (key: RequestInfo | URL) => (key instanceof Request ? key.url : String(key));
  const cacheOf = (entries: Map<string, Response>) => ({
    match: (key: RequestInfo | URL) => Promise.resolve(entries.get(url(key))?.clone()),
    put: (key: RequestInfo | URL, response: Response) =>
      Promise.resolve(void entries.set(url(key), response)),
    delete: (key: RequestInfo | URL) => Promise.resolve(entries.delete(url(key))),
    keys: () => Promise.resolve([...entries.keys()].map((key) => new Request(key))),
  });
  const storage = {
    stores,
    open: (name: string) => {
      const entries = stores.get(name) ?? new Map<string, Response>();
      stores.set(name, entries);
      return Promise.resolve(cacheOf(entries));
    },
    has: (name: string) => Promise.resolve(stores.has(name)),
    delete: (name: string) => Promise.resolve(stores.delete(name)),
    keys: () => Promise.resolve([...stores.keys()]),
  };
  return storage as unknown as NamedCaches;
}
