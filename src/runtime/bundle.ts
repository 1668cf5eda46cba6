/** The bundle over the network or from the cache: the manifest, then its files, each checked before anyone reads it. */

import {
  CheckedFiles,
  completeParts,
  fetchManifestText,
  parseManifestText,
  type BundleParts,
  type Bytes,
  type BytesListener,
} from './checked-files';
import type { BundleFile, Manifest } from './manifest';
import { checkManifest } from './manifest-check';
import { filesOf } from './manifest-files';

export type { BundleParts, Bytes, BytesListener };

export class Bundle {
  readonly #files: CheckedFiles;

  private constructor(
    readonly manifestUrl: string,
    readonly manifest: Manifest,
    parts: BundleParts,
  ) {
    this.#files = new CheckedFiles(manifestUrl, manifest.name, parts);
  }

  /**
   * @param manifestUrl absolute
   * @throws MemoError `manifest-unreachable`, `manifest-invalid`
   */
  static async open(manifestUrl: string, parts: Partial<BundleParts> = {}): Promise<Bundle> {
    const complete = completeParts(parts);
    const text = await fetchManifestText(manifestUrl, complete.fetch, "The model's manifest");
    const manifest = checkManifest(parseManifestText(text, "The model's manifest.json"));
    return new Bundle(manifestUrl, manifest, complete);
  }

  /**
   * All of `files`, in their order; the first that fails ends the rest.
   * @throws MemoError `file-missing`, `model-integrity`
   */
  async load(files: readonly BundleFile[], onBytes: BytesListener): Promise<readonly Bytes[]> {
    const contents = await this.#files.load(files, onBytes);
    // all that this version has: another backend's files were fetched for a reason
    await this.#files.keepOnly(filesOf(this.manifest));
    return contents;
  }
}
