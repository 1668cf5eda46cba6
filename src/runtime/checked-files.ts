/** Files that a manifest names, over the network or from the cache, each checked before anyone reads it. */

import { MemoError } from '../errors';
import { FileCache, cacheStorage } from './file-cache';
import { difference } from './integrity';
import type { BundleFile } from './manifest';

/** What a test replaces. */
export interface BundleParts {
  readonly fetch: typeof fetch;
  readonly caches: CacheStorage | null;
}

export type Bytes = Uint8Array<ArrayBuffer>;

/** @param loadedBytes of all files together; never falls */
export type BytesListener = (loadedBytes: number, item: string) => void;

export function completeParts(parts: Partial<BundleParts>): BundleParts {
  return { fetch: (...request) => fetch(...request), caches: cacheStorage(), ...parts };
}

export class CheckedFiles {
  readonly cache: FileCache;

  /**
   * @param baseUrl absolute; paths are relative to it
   * @param owner whose they are in the cache: a new version of the same owner replaces its own files alone
   */
  constructor(
    private readonly baseUrl: string,
    private readonly owner: string,
    private readonly parts: BundleParts,
  ) {
    this.cache = new FileCache(parts.caches, baseUrl);
  }

  /**
   * All of `files`, in their order; the first that fails ends the rest.
   * @throws MemoError `file-missing`, `model-integrity`
   */
  async load(files: readonly BundleFile[], onBytes: BytesListener): Promise<readonly Bytes[]> {
    const abort = new AbortController();
    const loaded = files.map(() => 0);
    let most = 0;
    const count = (index: number, bytes: number) => {
      // a second attempt at a file starts at 0 again: what is told does not
      loaded[index] = Math.min(bytes, files[index]?.bytes ?? 0);
      most = Math.max(
        most,
        loaded.reduce((sum, value) => sum + value, 0),
      );
      onBytes(most, files[index]?.path ?? '');
    };
    try {
      return await Promise.all(
        files.map((file, index) => this.#file(file, abort.signal, (bytes) => count(index, bytes))),
      );
    } catch (error) {
      abort.abort();
      throw error;
    }
  }

  /** Drops what the owner's earlier versions left in the cache. @param all that this version has */
  async keepOnly(all: readonly BundleFile[]): Promise<void> {
    await this.cache.keepOnly(all, this.owner);
  }

  async #file(file: BundleFile, signal: AbortSignal, onBytes: (bytes: number) => void): Promise<Bytes> {
    const kept = await this.cache.get(file);
    if (kept !== null) {
      if ((await difference(file, kept)) === null) {
        onBytes(file.bytes);
        return kept;
      }
      await this.cache.drop(file);
    }
    const data = await this.#fetch(file, signal, onBytes);
    const differs = await difference(file, data);
    if (differs !== null) {
      throw new MemoError(
        'model-integrity',
        `The model's file ${file.path} is damaged: ${differs}.`,
        'Press Start again. If it comes back, the files on the server do not belong together: put the whole bundle there again.',
      );
    }
    await this.cache.put(file, data, this.owner);
    onBytes(file.bytes);
    return data;
  }

  async #fetch(file: BundleFile, signal: AbortSignal, onBytes: (bytes: number) => void): Promise<Bytes> {
    const url = new URL(file.path, this.baseUrl).href;
    try {
      // the browser's own cache may hold the file of an older bundle: ask the server whether it still holds
      const response = await this.parts.fetch(url, { signal, cache: 'no-cache' });
      if (!response.ok) throw new Error(`the server answers ${response.status}`);
      if (isPage(response)) throw new Error('the server answers with a web page');
      return await readAll(response, file.bytes, onBytes);
    } catch (cause) {
      throw new MemoError(
        'file-missing',
        `The model's file ${file.path} could not be fetched.`,
        'Check the connection and press Start again. If it comes back, the file is missing on the server: put the whole bundle there.',
        cause,
      );
    }
  }
}

/** @throws MemoError `manifest-unreachable`; `what` begins its message */
export async function fetchManifestText(url: string, fetcher: typeof fetch, what: string): Promise<string> {
  try {
    const response = await fetcher(url, { cache: 'no-cache' });
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    if (isPage(response)) throw new Error('the server answers with a web page');
    return await response.text();
  } catch (cause) {
    throw new MemoError(
      'manifest-unreachable',
      `${what} could not be fetched from ${url}.`,
      'Check the connection and the address of the model, then press Start again.',
      cause,
    );
  }
}

/** @throws MemoError `manifest-invalid` */
export function parseManifestText(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MemoError(
      'manifest-invalid',
      `${what} is not JSON.`,
      'Export the bundle again, or check the address of the model.',
      cause,
    );
  }
}

/** Servers of single-page applications answer so for what is missing, with status 200. */
function isPage(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/html') === true;
}

/** @param expected in bytes; more than that is read no further, the check afterwards refuses it */
async function readAll(
  response: Response,
  expected: number,
  onBytes: (bytes: number) => void,
): Promise<Bytes> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const step = await reader?.read();
    if (step === undefined || step.done) break;
    chunks.push(step.value);
    length += step.value.byteLength;
    onBytes(length);
    if (length > expected) {
      await reader?.cancel();
      break;
    }
  }
  const data = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    data.set(chunk, at);
    at += chunk.byteLength;
  }
  return data;
}
