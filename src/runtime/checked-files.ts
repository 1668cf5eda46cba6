/** Files that a manifest names, over the network or from the cache, each checked before anyone reads it. */

import { MemoError } from '../errors';
import {
  download,
  isPage,
  pauseForNetwork,
  STALLED_SECONDS,
  type DownloadParts,
  type Downloaded,
} from './download';
import { FileCache, cacheStorage } from './file-cache';
import { isWhole } from './integrity';
import type { BundleFile } from './manifest';

/** What a test replaces. */
export interface BundleParts extends Pick<DownloadParts, 'fetch' | 'pause' | 'origin'> {
  readonly caches: CacheStorage | null;
}

export type Bytes = Uint8Array<ArrayBuffer>;

/** @param loadedBytes of all files together; never falls */
export type BytesListener = (loadedBytes: number, item: string) => void;

export function completeParts(parts: Partial<BundleParts>): BundleParts {
  return {
    fetch: (...request) => fetch(...request),
    caches: cacheStorage(),
    pause: pauseForNetwork,
    origin: (globalThis.location as { readonly origin: string } | undefined)?.origin ?? null,
    ...parts,
  };
}

/** How files are spoken of. */
export interface Wording {
  readonly file: string;
  /** What to do about files that do not belong together, or are not there. */
  readonly cure: string;
}

export class CheckedFiles {
  readonly cache: FileCache;
  /** What found no room beside an earlier version, to be kept once that is gone. */
  readonly #crowded: (() => Promise<boolean>)[] = [];

  /**
   * @param baseUrl absolute; paths are relative to it
   * @param owner whose they are in the cache: a new version of the same owner replaces its own files alone
   */
  constructor(
    private readonly baseUrl: string,
    owner: string,
    private readonly parts: BundleParts,
    private readonly wording: Wording,
  ) {
    this.cache = new FileCache(parts.caches, baseUrl, owner);
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
    await this.cache.keepOnly(all);
    for (const keep of this.#crowded.splice(0)) await keep();
  }

  async #file(file: BundleFile, signal: AbortSignal, onBytes: (bytes: number) => void): Promise<Bytes> {
    const kept = await this.cache.get(file);
    if (kept !== null) {
      if (await isWhole(file, kept)) {
        onBytes(file.bytes);
        return kept;
      }
      // it stays till a whole one takes its place: without a network, the next start must know why
    }
    const data = await this.#fetch(file, signal, onBytes).catch(async (error: unknown) => {
      // another tab may have it by now
      const other = await this.cache.get(file);
      if (other !== null && (await isWhole(file, other))) return other;
      throw kept === null ? error : this.#notHealed(file, error);
    });
    const keep = () => this.cache.put(file, data, kept !== null);
    if (!(await keep()) && this.cache.available) this.#crowded.push(keep);
    onBytes(file.bytes);
    return data;
  }

  async #fetch(file: BundleFile, signal: AbortSignal, onBytes: (bytes: number) => void): Promise<Bytes> {
    const first = await this.#download(file, signal, onBytes);
    // the file was exchanged between two parts: once more, from the beginning
    const again = first.resumed && first.sha256 !== file.sha256;
    const { data, sha256 } = again ? await this.#download(file, signal, onBytes) : first;
    if (data.byteLength === file.bytes && sha256 === file.sha256) return data;
    const differs =
      data.byteLength === file.bytes
        ? 'its SHA-256 is not the one in the manifest'
        : `it has ${data.byteLength} bytes, the manifest says ${file.bytes}`;
    throw new MemoError(
      'model-integrity',
      `${this.wording.file} ${file.path} is damaged: ${differs}.`,
      `Press Start again. If it comes back, the files on the server do not belong together: ${this.wording.cure} again.`,
    );
  }

  async #download(
    file: BundleFile,
    signal: AbortSignal,
    onBytes: (bytes: number) => void,
  ): Promise<Downloaded> {
    const url = new URL(file.path, this.baseUrl).href;
    try {
      return await download(file, url, { ...this.parts, cache: this.cache }, signal, onBytes);
    } catch (cause) {
      throw new MemoError(
        'file-missing',
        `${this.wording.file} ${file.path} could not be fetched.`,
        `Check the connection and press Start again: it goes on where it stopped. If it comes back, the file is missing on the server: ${this.wording.cure}.`,
        cause,
      );
    }
  }

  #notHealed(file: BundleFile, cause: unknown): MemoError {
    return new MemoError(
      'model-integrity',
      `${this.wording.file} ${file.path} was damaged on this device, and could not be fetched again.`,
      'Connect to the network and press Start again.',
      cause,
    );
  }
}

/** @throws MemoError `manifest-unreachable`; `what` begins its message */
export async function fetchManifest(url: string, fetcher: typeof fetch, what: string): Promise<Bytes> {
  try {
    const response = await fetcher(url, {
      cache: 'no-cache',
      signal: AbortSignal.timeout(STALLED_SECONDS * 1000),
    });
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    if (isPage(response)) throw new Error('the server answers with a web page');
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new MemoError(
      'manifest-unreachable',
      `${what} could not be fetched from ${url}.`,
      'Check the connection and the address of the model, then press Start again.',
      cause,
    );
  }
}

/** @throws MemoError `manifest-invalid`; `what` begins its message */
export function parseJson(data: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(data));
  } catch (cause) {
    throw new MemoError(
      'manifest-invalid',
      `${what} is not JSON.`,
      'Make the file again, or check the address of the model.',
      cause,
    );
  }
}
