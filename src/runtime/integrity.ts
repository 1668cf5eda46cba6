/** Whether a file is the one that the manifest names: size and SHA-256. */

import { MemoError } from '../errors';
import type { BundleFile } from './manifest';

export async function isWhole(file: BundleFile, data: Uint8Array<ArrayBuffer>): Promise<boolean> {
  return data.byteLength === file.bytes && (await sha256(data)) === file.sha256;
}

/**
 * Lower-case hexadecimal.
 * @throws MemoError `model-integrity` as {@link digestOf} does
 */
export async function sha256(data: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await digestOf('SHA-256', data);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @throws MemoError `model-integrity` where the browser has no `crypto.subtle`: what cannot be checked is not run */
export async function digestOf(algorithm: string, data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  // outside a secure context it is missing, whatever the types say
  const subtle = globalThis.crypto.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) {
    throw new MemoError(
      'model-integrity',
      'The model cannot be checked: this page was not opened in a secure context.',
      'Serve the page over https, or open it on localhost.',
    );
  }
  return new Uint8Array(await subtle.digest(algorithm, data));
}
