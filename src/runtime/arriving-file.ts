/** What of a file is here while it is being fetched, hashed as it comes. */

import type { PartialFile } from './file-cache';
import type { Bytes } from './checked-files';
import { streamedSha256, type StreamedHash } from './streamed-hash';

export class ArrivingFile {
  #pieces: Uint8Array[] = [];
  #length = 0;
  /** Of the answer that the pieces came with: a strong ETag or a date; null where it had neither. */
  validator: string | null = null;
  /** False where the pieces were unpacked on the way: a server counts packed bytes. */
  resumable = true;
  /** Part of it came with an earlier answer. */
  resumed = false;

  private constructor(private readonly hash: StreamedHash) {}

  /** @param kept what an earlier attempt left */
  static async begin(kept: PartialFile | null): Promise<ArrivingFile> {
    const file = new ArrivingFile(await streamedSha256());
    if (kept === null) return file;
    file.add(kept.data);
    file.validator = kept.validator;
    return file;
  }

  get length(): number {
    return this.#length;
  }

  add(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#length += piece.byteLength;
    this.hash.add(piece);
  }

  restart(): void {
    this.#pieces = [];
    this.#length = 0;
    this.resumed = false;
    this.hash.restart();
  }

  /** All of it, in one piece; what arrives afterwards is added to no hash. */
  end(): { readonly data: Bytes; readonly sha256: string } {
    return { data: this.soFar(), sha256: this.hash.end() };
  }

  soFar(): Bytes {
    const data = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      data.set(piece, at);
      at += piece.byteLength;
    }
    return data;
  }
}
