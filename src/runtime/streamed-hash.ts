/**
 * SHA-256 of what is still arriving. WebCrypto cannot take a file in pieces: it hashes what is there whole (`integrity.ts`), four
 * times as fast; WebAssembly hashes what comes over the network, in half the time of plain JavaScript (18 MB in Node on a busy
 * core: WebCrypto 40 to 70 ms, hash-wasm 200 to 240 ms, `@noble/hashes` 400 to 500 ms).
 */

import { lateScript } from '../late-script';

export interface StreamedHash {
  add(piece: Uint8Array): void;
  /** Forgets what was added. */
  restart(): void;
  /** Lower-case hexadecimal; only a restart may follow. */
  end(): string;
}

/** Rejects with the MemoError `file-missing` where its script cannot be fetched. */
export async function streamedSha256(): Promise<StreamedHash> {
  const { createSHA256 } = await lateScript(() => import('./sha256'));
  const hasher = await createSHA256();
  hasher.init();
  return {
    add: (piece) => void hasher.update(piece),
    restart: () => void hasher.init(),
    end: () => hasher.digest('hex'),
  };
}
