/**
 * A speech model's files: from the folder that the bundle's manifest names, or from an address that somebody gave. Each is
 * checked against `speech.json`, and kept in the bundle's cache, so that it is there without a network.
 */

import { MemoError } from '../errors';
import type { Backend } from '../memobert/estimate';
import {
  CheckedFiles,
  completeParts,
  fetchManifest,
  parseJson,
  type BundleParts,
  type Bytes,
  type Wording,
} from '../runtime/checked-files';
import type { BundleFile } from '../runtime/manifest';
import { checkSpeechManifest, speechFilesFor, type SpeechManifest } from './speech-manifest';

/** Where `speech.json` is. */
export interface SpeechAddress {
  /** Absolute. */
  readonly url: string;
  /** Size and hash where a bundle names it; null where somebody gave the address. */
  readonly file: Pick<BundleFile, 'bytes' | 'sha256'> | null;
}

export interface SpeechModelFiles {
  readonly manifest: SpeechManifest;
  /** Path below the folder -> content. */
  readonly contents: ReadonlyMap<string, Bytes>;
}

const WORDING: Wording = { file: "The speech model's file", cure: 'put its whole folder there' };

/** @throws MemoError `manifest-unreachable`, `manifest-invalid`, `file-missing`, `model-integrity` */
export async function loadSpeechFiles(
  { url, file }: SpeechAddress,
  backend: Backend,
  onBytes: (loadedBytes: number, totalBytes: number, item: string) => void,
  parts: Partial<BundleParts> = {},
): Promise<SpeechModelFiles> {
  const complete = completeParts(parts);
  const folder = new CheckedFiles(url, `speech ${url}`, complete, WORDING);
  const own = file === null ? [] : [{ ...file, path: new URL(url).pathname.split('/').at(-1) ?? '' }];
  const [json = new Uint8Array()] =
    file === null
      ? [await newest(url, folder, complete)]
      : await folder.load(own, (bytes, item) => onBytes(bytes, file.bytes, item));
  const manifest = checkSpeechManifest(parseJson(json, "The speech model's speech.json"));
  const files = speechFilesFor(manifest, backend);
  const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const loaded = await folder.load(files, (bytes, item) => onBytes(bytes, totalBytes, item));
  await folder.keepOnly([...own, ...manifest.files]);
  const contents = new Map<string, Bytes>();
  files.forEach(({ path }, index) => {
    const bytes = loaded[index];
    if (bytes !== undefined) contents.set(path, bytes);
  });
  return { manifest, contents };
}

/** The network's; without one, what it was last. */
async function newest(url: string, { cache }: CheckedFiles, { fetch }: BundleParts): Promise<Bytes> {
  try {
    const data = await fetchManifest(url, fetch, "The speech model's speech.json");
    await cache.keepManifest(url, data);
    return data;
  } catch (error) {
    const kept = await cache.keptManifest(url);
    if (kept === null) throw MemoError.from(error);
    return kept;
  }
}
