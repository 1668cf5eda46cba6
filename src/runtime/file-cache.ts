/**
 * The bundle's files in Cache Storage, by content: a new version of the model fetches what changed and drops what it replaced.
 * It only saves time: where it is missing, full or broken, files come over the network again.
 */

import type { BundleFile } from './manifest';

const CACHE = 'memo-bert-bundle';
/** Says whose file an entry is, so that the next version of the same bundle can drop it. */
const BUNDLE_HEADER = 'x-memo-bundle';

export class FileCache {
  readonly #storage: CacheStorage | null;
  readonly #baseUrl: string;

  /**
   * @param storage null where the browser has none (an insecure context)
   * @param baseUrl keys are made from it; nothing is ever requested under them
   */
  constructor(storage: CacheStorage | null, baseUrl: string) {
    this.#storage = storage;
    this.#baseUrl = baseUrl;
  }

  /** As it was stored: the caller checks it. */
  async get(file: BundleFile): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.#attempt(async (cache) => {
      const kept = await cache.match(this.#key(file.sha256));
      return kept === undefined ? null : new Uint8Array(await kept.arrayBuffer());
    });
  }

  async put(file: BundleFile, data: Uint8Array<ArrayBuffer>, bundle: string): Promise<void> {
    const response = new Response(data, { headers: { [BUNDLE_HEADER]: encodeURIComponent(bundle) } });
    await this.#attempt((cache) => cache.put(this.#key(file.sha256), response));
  }

  async drop(file: BundleFile): Promise<void> {
    await this.#attempt((cache) => cache.delete(this.#key(file.sha256)));
  }

  /** Drops the files of other versions of `bundle`. */
  async keepOnly(files: readonly BundleFile[], bundle: string): Promise<void> {
    const current = new Set(files.map(({ sha256 }) => this.#key(sha256)));
    await this.#attempt(async (cache) => {
      for (const request of await cache.keys()) {
        if (current.has(request.url)) continue;
        const entry = await cache.match(request);
        if (entry?.headers.get(BUNDLE_HEADER) === encodeURIComponent(bundle)) await cache.delete(request);
      }
    });
  }

  /** A manifest as it was fetched last, for when there is no network; nothing vouches for it but its origin. */
  async keepText(url: string, text: string): Promise<void> {
    await this.#attempt((cache) => cache.put(this.#textKey(url), new Response(text)));
  }

  async keptText(url: string): Promise<string | null> {
    return this.#attempt(async (cache) => (await cache.match(this.#textKey(url)))?.text() ?? null);
  }

  #textKey(url: string): string {
    return new URL(`text/${encodeURIComponent(url)}`, this.#baseUrl).href;
  }

  #key(sha256: string): string {
    return new URL(`sha256/${sha256}`, this.#baseUrl).href;
  }

  /** Null when there is no cache or it fails (quota, private mode). */
  async #attempt<T>(step: (cache: Cache) => Promise<T>): Promise<T | null> {
    if (this.#storage === null) return null;
    try {
      return await step(await this.#storage.open(CACHE));
    } catch {
      return null;
    }
  }
}

/** The worker's Cache Storage; null where there is none. */
export function cacheStorage(): CacheStorage | null {
  return typeof caches === 'undefined' ? null : caches;
}
