/**
 * Checked files in Cache Storage, by content: the one place on the device where weights and WebAssembly lie. A new version fetches
 * what changed and drops what it replaced. It only saves time, and is what works offline: where it is missing, full or broken,
 * files come over the network again.
 */

import type { Bytes } from './checked-files';
import type { BundleFile } from './manifest';

/** Its name in Cache Storage; the only one that this folder writes to. */
export const FILE_CACHE = 'memo-bert-bundle';
/** Says whose file an entry is, so that the next version of the same bundle at the same address can drop it. */
const OWNER_HEADER = 'x-memo-bundle';
export const BYTES_HEADER = 'x-memo-bytes';
const VALIDATOR_HEADER = 'x-memo-validator';
/** On a file that stands in for a copy that was found damaged. */
export const HEALED_HEADER = 'x-memo-healed';

/** What arrived of a file before its download broke off. */
export interface PartialFile {
  readonly data: Bytes;
  /** What the server may know it by: a strong ETag or a date; null where it gave neither. */
  readonly validator: string | null;
}

export class FileCache {
  readonly #storage: CacheStorage | null;
  readonly #baseUrl: string;
  readonly #owner: string;

  /**
   * @param storage null where the browser has none (an insecure context)
   * @param baseUrl keys are made from its folder; nothing is ever requested under them
   * @param owner whose the files are: a new version of the same owner in the same folder replaces its own files alone
   */
  constructor(storage: CacheStorage | null, baseUrl: string, owner = '') {
    this.#storage = storage;
    this.#baseUrl = baseUrl;
    this.#owner = encodeURIComponent(owner);
  }

  get available(): boolean {
    return this.#storage !== null;
  }

  /** As it was stored: the caller checks it. */
  async get(file: BundleFile): Promise<Bytes | null> {
    return this.#attempt(async (cache) => {
      const kept = await cache.match(this.#key(file));
      return kept === undefined ? null : new Uint8Array(await kept.arrayBuffer());
    });
  }

  /** Whether it is there, unread. */
  async has(file: BundleFile): Promise<boolean> {
    return (await this.#attempt((cache) => cache.match(this.#key(file)))) !== null;
  }

  /**
   * @param healed whether the copy before it was found damaged: it is told where what is kept is shown
   * @returns whether it is kept
   */
  async put(file: BundleFile, data: Bytes, healed = false): Promise<boolean> {
    const isKept = await this.#put(this.#key(file), data, healed ? { [HEALED_HEADER]: 'yes' } : {});
    // another tab's too, that broke off meanwhile
    await this.dropPartial(file);
    return isKept;
  }

  async partial(file: BundleFile): Promise<PartialFile | null> {
    return this.#attempt(async (cache) => {
      const kept = await cache.match(this.#partialKey(file));
      if (kept === undefined) return null;
      const validator = kept.headers.get(VALIDATOR_HEADER);
      return { data: new Uint8Array(await kept.arrayBuffer()), validator };
    });
  }

  async putPartial(file: BundleFile, { data, validator }: PartialFile): Promise<void> {
    await this.#put(
      this.#partialKey(file),
      data,
      validator === null ? {} : { [VALIDATOR_HEADER]: validator },
    );
  }

  async dropPartial(file: BundleFile): Promise<void> {
    await this.#attempt((cache) => cache.delete(this.#partialKey(file)));
  }

  /** Drops the owner's other files of this folder: another page of this origin may keep files by the same name. */
  async keepOnly(files: readonly BundleFile[]): Promise<void> {
    const current = new Set(files.flatMap((file) => [this.#key(file), this.#partialKey(file)]));
    const folder = this.#url('.');
    await this.#attempt(async (cache) => {
      for (const request of await cache.keys()) {
        if (current.has(request.url) || new URL('..', request.url).href !== folder) continue;
        const entry = await cache.match(request);
        if (entry?.headers.get(OWNER_HEADER) === this.#owner) await cache.delete(request);
      }
    });
  }

  /**
   * A manifest as it was fetched last, for when there is no network: its very bytes, for somebody may have their hash.
   * @param made whether the cache is made where it is not there
   */
  async keepManifest(url: string, data: Bytes, made = true): Promise<void> {
    await this.#attempt((cache) => cache.put(this.#manifestKey(url), new Response(data)), made);
  }

  async keptManifest(url: string): Promise<Bytes | null> {
    return this.#attempt(async (cache) => {
      const kept = await cache.match(this.#manifestKey(url));
      return kept && new Uint8Array(await kept.arrayBuffer());
    });
  }

  #manifestKey(url: string): string {
    return this.#url(`text/${encodeURIComponent(url)}`);
  }

  #key({ sha256 }: BundleFile): string {
    return this.#url(`sha256/${sha256}`);
  }

  #partialKey({ sha256 }: BundleFile): string {
    return this.#url(`partial/${sha256}`);
  }

  #url(path: string): string {
    return new URL(path, this.#baseUrl).href;
  }

  async #put(key: string, data: Bytes, more: Record<string, string> = {}): Promise<boolean> {
    const headers = { [OWNER_HEADER]: this.#owner, [BYTES_HEADER]: String(data.byteLength), ...more };
    const put = (cache: Cache) => cache.put(key, new Response(data, { headers })).then(() => true);
    return (await this.#attempt(put, true)) === true;
  }

  /**
   * Null when there is no cache or it fails (quota, private mode).
   * @param made whether it is made where it is not there: whoever only looks leaves no trace
   */
  async #attempt<T>(step: (cache: Cache) => Promise<T | undefined>, made = false): Promise<T | null> {
    if (this.#storage === null) return null;
    try {
      if (!made && !(await this.#storage.has(FILE_CACHE))) return null;
      return (await step(await this.#storage.open(FILE_CACHE))) ?? null;
    } catch {
      return null;
    }
  }
}

/** The worker's or page's Cache Storage; null where there is none. */
export function cacheStorage(): CacheStorage | null {
  return typeof caches === 'undefined' ? null : caches;
}
