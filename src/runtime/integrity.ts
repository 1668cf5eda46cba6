/** Whether a file is the one that the manifest names: size and SHA-256. */

import { MemoError } from '../errors';
import type { BundleFile } from './manifest';

/** Null when it is; else what differs, as words. */
export async function difference(file: BundleFile, data: Uint8Array<ArrayBuffer>): Promise<string | null> {
  if (data.byteLength !== file.bytes) {
    return `it has ${data.byteLength} bytes, the manifest says ${file.bytes}`;
  }
  return (await sha256(data)) === file.sha256 ? null : 'its SHA-256 is not the one in the manifest';
}

/**
 * Lower-case hexadecimal.
 * @throws MemoError `model-integrity` where the browser has no `crypto.subtle`: what cannot be checked is not run
 */
export async function sha256(data: Uint8Array<ArrayBuffer>): Promise<string> {
  // outside a secure context it is missing, whatever the types say
  const subtle = globalThis.crypto.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) {
    throw new MemoError(
      'model-integrity',
      'The model cannot be checked: this page was not opened in a secure context.',
      'Serve the page over https, or open it on localhost.',
    );
  }
  const digest = new Uint8Array(await subtle.digest('SHA-256', data));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
