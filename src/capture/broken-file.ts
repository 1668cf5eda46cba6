/**
 * A file whose bytes can no longer be had, though nothing in it is wrong: moved, deleted or changed after it was chosen, on a card that was
 * taken out, or in a cloud that has not brought it. Browsers name it differently, or not at all, so that a byte is read to know.
 */

import { MemoError } from '../errors';

/** By the File API's section on reading; a WebKit stream rejects with a plain `TypeError`. */
const NAMES: ReadonlySet<unknown> = new Set(['NotReadableError', 'NotFoundError']);

/** Whether the browser itself says so. */
export function saysGone(cause: unknown): boolean {
  return cause instanceof DOMException && NAMES.has(cause.name);
}

/**
 * Why reading or playing failed, where it is that; null where the file is there, and what is in it is at fault.
 * @param reached seconds that were read; left out before the first
 */
export async function goneFile(
  blob: Blob,
  name: string,
  cause?: unknown,
  reached?: number,
): Promise<MemoError | null> {
  const why = saysGone(cause) ? cause : await unreadableByte(blob);
  if (why === null) return null;
  const after = reached === undefined ? '' : ` after ${reached.toFixed(1)} s`;
  return new MemoError(
    'media-lost',
    `${name} could no longer be read${after}: it was moved, deleted or changed, its card or disk was taken out, or its cloud has not brought it to this device.`,
    'Put the file back, or make it available on this device, and open it again; what was analysed until then is kept.',
    why,
  );
}

/** The first and the last byte: of a file that was cut on disk the first may still be there. */
async function unreadableByte(blob: Blob): Promise<unknown> {
  try {
    for (const at of [0, Math.max(0, blob.size - 1)]) await blob.slice(at, at + 1).arrayBuffer();
    return null;
  } catch (cause) {
    return cause;
  }
}
