/** The bytes of a bundle's manifest: the network's, else what was kept last; checked where a hash of it was given. */

import { MemoError } from '../errors';
import { fetchManifest, type BundleParts, type Bytes } from './checked-files';
import { FileCache } from './file-cache';
import { matchesIntegrity, parseIntegrity, type Integrity } from './sri';

const WHAT = "The model's manifest";
/** A network that stands still is waited for so long where a manifest is kept. */
const SHORT_MS = 3000;

export interface ManifestAddress {
  /** Absolute. */
  readonly url: string;
  /** As in the attribute of that name on `<script>`; null or left out: none was given. */
  readonly integrity?: string | null;
}

/**
 * A bundle of another origin is run in this page: its manifest, and by that every file, must be one that somebody here has seen.
 * @throws MemoError `integrity-missing`, `input-invalid`, `manifest-unreachable`, `model-integrity`
 */
export async function manifestBytes(
  { url, integrity = null }: ManifestAddress,
  parts: BundleParts,
): Promise<Bytes> {
  const wanted = wantedIntegrity(url, integrity, parts.origin);
  const data = await newest(url, parts, wanted);
  if (wanted !== null && !(await matchesIntegrity(data, wanted))) {
    throw new MemoError(
      'model-integrity',
      `${WHAT} at ${url} is not the one that its integrity names.`,
      'Look at what changed there; if it is to be trusted, give its new hash.',
    );
  }
  return data;
}

function wantedIntegrity(url: string, integrity: string | null, origin: string | null): Integrity | null {
  if (integrity !== null) {
    const parsed = parseIntegrity(integrity);
    if (parsed !== null) return parsed;
    throw new MemoError(
      'input-invalid',
      `The integrity "${integrity}" names no hash.`,
      'Write "sha256-" and the base64 of the SHA-256 of manifest.json, as for a <script>.',
    );
  }
  if (origin === null || new URL(url).origin === origin) return null;
  throw new MemoError(
    'integrity-missing',
    `The model at ${url} is another origin's, and nothing says what it should be.`,
    'Give the hash of its manifest.json: integrity="sha256-..."; or serve the bundle from this origin.',
  );
}

async function newest(url: string, { fetch, caches }: BundleParts, wanted: Integrity | null): Promise<Bytes> {
  const cache = new FileCache(caches, url);
  const kept = await cache.keptManifest(url);
  const isOther = wanted !== null && kept !== null && !(await matchesIntegrity(kept, wanted));
  if (kept === null || isOther) return fetchManifest(url, fetch, WHAT);
  const lastUrl = `${url}#last`;
  const last = await cache.keptManifest(lastUrl);
  const answer = fetchManifest(url, fetch, WHAT).then(
    (data) => {
      void cache.keepManifest(lastUrl, data, false);
      return data;
    },
    () => kept,
  );
  // the network's last answer was another, which may have come too late: this time it is waited for
  const newer = last?.some((byte, index) => byte !== kept[index]);
  if (newer) return answer;
  return Promise.race([answer, new Promise<Bytes>((resolve) => setTimeout(resolve, SHORT_MS, kept))]);
}
