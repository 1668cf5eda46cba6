/** The bundle over the network or from the cache: the manifest, then its files, each checked before anyone reads it. */

import { lateScript } from '../late-script';
import {
  CheckedFiles,
  completeParts,
  parseJson,
  type BundleParts,
  type Bytes,
  type BytesListener,
  type Wording,
} from './checked-files';
import { sha256 } from './integrity';
import type { BundleFile, Manifest } from './manifest';
import { filesOf } from './manifest-files';
import { manifestBytes, type ManifestAddress } from './manifest-source';

export type { BundleParts, Bytes, BytesListener };

/** The SHA-256 of a manifest that the build has checked (`scripts/vite/known-manifest.mjs`); empty while developing. */
declare const KNOWN_MANIFEST: string;

const WORDING: Wording = { file: "The model's file", cure: 'put the whole bundle there' };

async function manifestOf(bytes: Bytes): Promise<Manifest> {
  const json = parseJson(bytes, "The model's manifest.json");
  if (KNOWN_MANIFEST !== '' && (await sha256(bytes)) === KNOWN_MANIFEST) return json as Manifest;
  const { checkManifest } = await lateScript(() => import('./manifest-check'));
  return checkManifest(json);
}

export class Bundle {
  readonly #files: CheckedFiles;

  private constructor(
    readonly manifestUrl: string,
    readonly manifest: Manifest,
    private readonly bytes: Bytes,
    parts: BundleParts,
  ) {
    this.#files = new CheckedFiles(manifestUrl, manifest.name, parts, WORDING);
  }

  /** @throws MemoError `integrity-missing`, `input-invalid`, `manifest-unreachable`, `model-integrity`, `manifest-invalid` */
  static async open(address: ManifestAddress, parts: Partial<BundleParts> = {}): Promise<Bundle> {
    const complete = completeParts(parts);
    const bytes = await manifestBytes(address, complete);
    return new Bundle(address.url, await manifestOf(bytes), bytes, complete);
  }

  /**
   * All of `files`, in their order; the first that fails ends the rest.
   * @throws MemoError `file-missing`, `model-integrity`
   */
  async load(files: readonly BundleFile[], onBytes: BytesListener): Promise<readonly Bytes[]> {
    const contents = await this.fetch(files, onBytes);
    await this.settle();
    return contents;
  }

  /** As {@link load}, of files that are not all: until {@link settle} an earlier version stays whole. */
  fetch(files: readonly BundleFile[], onBytes: BytesListener): Promise<readonly Bytes[]> {
    return this.#files.load(files, onBytes);
  }

  /** All is here: this version takes the place of earlier ones. */
  async settle(): Promise<void> {
    // all that this version has: another backend's files were fetched for a reason
    await this.#files.keepOnly(filesOf(this.manifest));
    // only now: without a network, the manifest must be one whose files are here
    await this.#files.cache.keepManifest(this.manifestUrl, this.bytes);
  }

  /** Those of `files` that are not on this device. */
  async missing(files: readonly BundleFile[]): Promise<readonly BundleFile[]> {
    const there = await Promise.all(files.map((file) => this.#files.cache.has(file)));
    return files.filter((_, index) => there[index] === false);
  }
}
