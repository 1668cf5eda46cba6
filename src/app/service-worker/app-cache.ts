/**
 * The build's own files in Cache Storage, one cache a version: a new version takes over what did not change, fetches what did, and
 * the old one goes when nobody runs it any more. Each file is checked against the build's list whenever it is stored or read.
 */

import { PAGE, type Build, type BuildFile, type Group } from './build';
import type { KeptGroups } from './messages';

export interface AppCacheParts {
  readonly caches: CacheStorage;
  readonly fetch: typeof fetch;
  /** Absolute URL of the folder, ends with a slash. */
  readonly scope: string;
}

/** Begins the names of all caches of the page at a folder. @param scope absolute URL, ends with a slash */
export const cachesOf = (scope: string) => `memo-bert-app ${new URL(scope).pathname} `;
/** Holds which groups somebody asked to keep; nothing is ever requested under it. */
const ASKED = '.kept-groups';
/** Of a host's answer: how its body travelled, which is here whole; and what other requests would get, of which "*" cannot be kept. */
const NOT_HANDED_ON = ['content-encoding', 'content-length', 'transfer-encoding', 'vary'];

export class AppCache {
  readonly #files: ReadonlyMap<string, BuildFile>;
  readonly #prefix: string;
  readonly #name: string;
  /** From "forget everything" on, till this worker is gone. */
  #forgotten = false;
  /** Of what is kept, by whichever tab: one after another. */
  #changes: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly build: Build,
    private readonly parts: AppCacheParts,
  ) {
    this.#files = new Map(build.files.map((file) => [new URL(file.path, parts.scope).href, file]));
    this.#prefix = cachesOf(parts.scope);
    this.#name = this.#prefix + build.version;
  }

  /** The file at an address, whatever the query; null for what is not ours. */
  fileAt(url: string): BuildFile | null {
    const { origin, pathname } = new URL(url);
    const plain = origin + pathname;
    return this.#files.get(plain === this.parts.scope ? plain + PAGE : plain) ?? null;
  }

  /** The shell, and what the version before had kept; throws when a file cannot be had: then the version before stays. */
  async install(): Promise<void> {
    await this.#fill(['shell', ...(await this.#askedBefore())]);
    // and what somebody asked for meanwhile
    await this.#fill(await this.#askedBefore());
  }

  keep(groups: readonly Group[]): Promise<void> {
    return this.#inTurn(async () => {
      await this.#fill(groups);
      await this.#ask(groups);
    });
  }

  /** Our other versions go; what they were asked for is asked of this one. */
  prune(): Promise<void> {
    return this.#inTurn(async () => {
      const asked = await this.#askedBefore();
      // it may have been deleted after it was taken over
      if (asked.length === 0) await this.#shellAlone();
      for (const name of await this.#versions()) {
        if (name !== this.#name) await this.parts.caches.delete(name);
      }
      // only now: a full device has room again
      await this.#ask(asked);
    });
  }

  async forget(everything: boolean): Promise<void> {
    if (everything) {
      this.#forgotten = true;
      for (const name of await this.#versions()) await this.parts.caches.delete(name);
      return;
    }
    await this.#inTurn(async () => {
      for (const name of await this.#versions()) {
        await (await this.parts.caches.open(name)).delete(this.#askedUrl);
      }
      await this.#shellAlone();
    });
  }

  async #shellAlone(): Promise<void> {
    const cache = await this.#open();
    for (const request of await cache.keys()) {
      if (this.fileAt(request.url)?.group !== 'shell') await cache.delete(request);
    }
  }

  async kept(): Promise<KeptGroups> {
    const cache = await this.#opened();
    if (cache === null) return { groups: [], bytes: 0 };
    const there = new Set((await cache.keys()).map(({ url }) => this.fileAt(url)));
    const missing = this.build.files.filter((file) => !there.has(file)).map(({ group }) => group);
    const groups = [...new Set(this.build.files.map(({ group }) => group))];
    return {
      groups: groups.filter((group) => !missing.includes(group)),
      bytes: [...there].reduce((sum, file) => sum + (file?.bytes ?? 0), 0),
    };
  }

  /** From the cache, else from the network, and kept from then on; after "forget everything" nothing is. */
  async answer(file: BuildFile): Promise<Response> {
    const cache = await this.#opened();
    const kept = cache === null ? null : await this.#whole(cache, file);
    if (kept !== null) return this.#dressed(file, kept);
    const fetched = await this.#fetch(file);
    const own = await matches(fetched, file);
    // a script whose name stays, of another version: beside this one's WebAssembly it would do anything
    if (!own && file.group === 'engine') return Response.error();
    // the host may have another version by now: it is the authority, but it is not kept under this version's name
    if (cache !== null && own) {
      // a device that is full keeps nothing more; what came is as good
      await this.#store(cache, file, fetched).catch(() => undefined);
    }
    return this.#dressed(file, fetched);
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    const done = this.#changes.then(change);
    this.#changes = done.catch(() => undefined);
    return done;
  }

  async #fill(groups: readonly Group[]): Promise<void> {
    const cache = await this.#open();
    const files = this.build.files.filter(({ group }) => groups.includes(group));
    const storing = files.map(async (file) => {
      if ((await this.#whole(cache, file)) !== null) return;
      const response = (await this.#before(file)) ?? (await this.#fetch(file));
      if (!(await matches(response, file))) {
        throw new Error(`${file.path} is not the one that this version was built with`);
      }
      await this.#store(cache, file, response);
    });
    // what still came after one has failed would come after whatever follows
    await Promise.allSettled(storing);
    await Promise.all(storing);
  }

  /** What is in the cache, if it is what it should be; what is not is dropped. */
  async #whole(cache: Cache, file: BuildFile): Promise<Response | null> {
    const kept = await cache.match(this.#url(file));
    if (kept === undefined) return null;
    if (await matches(kept, file)) return kept;
    await cache.delete(this.#url(file));
    return null;
  }

  /** The same file as an earlier version kept it. */
  async #before(file: BuildFile): Promise<Response | null> {
    for (const name of await this.#versions()) {
      if (name === this.#name) continue;
      const kept = await this.#in(name, this.#url(file));
      if (kept !== undefined && (await matches(kept, file))) return kept;
    }
    return null;
  }

  async #fetch(file: BuildFile): Promise<Response> {
    // an answer of the version before may lie in the browser's own cache
    const response = await this.parts.fetch(this.#url(file), { cache: 'no-cache' });
    if (!response.ok) throw new Error(`${file.path}: the server answers ${response.status}`);
    return response;
  }

  async #store(cache: Cache, file: BuildFile, response: Response): Promise<void> {
    const data = await response.clone().arrayBuffer();
    await cache.put(this.#url(file), new Response(data, { headers: handedOn(response) }));
  }

  /** With what the host does not say itself. */
  async #dressed(file: BuildFile, response: Response): Promise<Response> {
    const headers = handedOn(response);
    const { pageHeaders, scriptHeaders } = this.build;
    const more = file.path.endsWith('.html') ? pageHeaders : /\.m?js$/.test(file.path) ? scriptHeaders : {};
    for (const [name, value] of Object.entries(more)) if (!headers.has(name)) headers.set(name, value);
    return new Response(response.body, { headers });
  }

  async #askedBefore(): Promise<readonly Group[]> {
    const asked = new Set<Group>();
    for (const name of await this.#versions()) {
      const entry = await this.#in(name, this.#askedUrl);
      for (const group of ((await entry?.json()) ?? []) as Group[]) asked.add(group);
    }
    return [...asked];
  }

  async #ask(groups: readonly Group[]): Promise<void> {
    const all = [...new Set([...(await this.#askedBefore()), ...groups])];
    if (all.length === 0) return;
    await (await this.#open()).put(this.#askedUrl, new Response(JSON.stringify(all)));
  }

  get #askedUrl(): string {
    return new URL(ASKED, this.parts.scope).href;
  }

  #url({ path }: BuildFile): string {
    return new URL(path, this.parts.scope).href;
  }

  /** Of a version; to open it would make it anew where it was forgotten meanwhile. */
  #in(cacheName: string, url: string): Promise<Response | undefined> {
    return this.parts.caches.match(url, { cacheName });
  }

  async #open(): Promise<Cache> {
    if (this.#forgotten) throw new Error('deleted meanwhile');
    return this.parts.caches.open(this.#name);
  }

  /** Null where it is not there, or was forgotten while this was asked: to open it would make it. */
  async #opened(): Promise<Cache | null> {
    const there = await this.parts.caches.has(this.#name);
    return there && !this.#forgotten ? this.#open() : null;
  }

  async #versions(): Promise<readonly string[]> {
    return (await this.parts.caches.keys()).filter((name) => name.startsWith(this.#prefix));
  }
}

function handedOn(response: Response): Headers {
  const headers = new Headers(response.headers);
  for (const name of NOT_HANDED_ON) headers.delete(name);
  return headers;
}

async function matches(response: Response, { sha256 }: BuildFile): Promise<boolean> {
  const digest = await crypto.subtle.digest('SHA-256', await response.clone().arrayBuffer());
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex === sha256;
}
