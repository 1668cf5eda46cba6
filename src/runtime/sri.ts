/** Subresource Integrity's way to name content (https://www.w3.org/TR/SRI/): `sha256-` and base64, or several with spaces. */

import type { Bytes } from './checked-files';
import { digestOf } from './integrity';

/** Weakest first: the strongest that is given decides. */
const ALGORITHMS = ['sha256', 'sha384', 'sha512'] as const;
const HASH = /^(sha256|sha384|sha512)-([A-Za-z0-9+/]+={0,2})(\?[\x21-\x7e]*)?$/;

export interface Integrity {
  readonly algorithm: (typeof ALGORITHMS)[number];
  /** Any of them will do. */
  readonly digests: readonly string[];
}

/** Null where no hash of a known kind is in it: unlike a browser, nobody here takes that for "anything goes". */
export function parseIntegrity(text: string): Integrity | null {
  const hashes = text
    .trim()
    .split(/\s+/)
    .flatMap((word) => {
      const [, algorithm, digest] = HASH.exec(word) ?? [];
      const known = ALGORITHMS.find((name) => name === algorithm);
      return known === undefined || digest === undefined ? [] : [{ algorithm: known, digest }];
    });
  const strongest = ALGORITHMS.findLast((name) => hashes.some(({ algorithm }) => algorithm === name));
  if (strongest === undefined) return null;
  const digests = hashes
    .filter(({ algorithm }) => algorithm === strongest)
    .map(({ digest }) => digest.replace(/=+$/, ''));
  return { algorithm: strongest, digests };
}

/** @throws MemoError `model-integrity` where the browser cannot compute it */
export async function matchesIntegrity(data: Bytes, { algorithm, digests }: Integrity): Promise<boolean> {
  const digest = await digestOf(algorithm.replace('sha', 'SHA-'), data);
  const base64 = btoa(String.fromCharCode(...digest)).replace(/=+$/, '');
  return digests.includes(base64);
}
