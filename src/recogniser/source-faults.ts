/** What a source alone can fail with: devices and files, not the worker. */

import { MemoError, type ErrorCode } from '../errors';

/** The source's fault, not the worker's: the model stays. */
export const SOURCE_CODES: ReadonlySet<ErrorCode> = new Set([
  'camera-denied',
  'microphone-denied',
  'devices-denied',
  'device-missing',
  'device-busy',
  'device-lost',
  'capture-unsupported',
  'nothing-to-capture',
  'media-unreadable',
  'media-empty',
  'file-missing',
  'aborted',
]);

export function lostDevices(): MemoError {
  return new MemoError(
    'device-lost',
    'Camera and microphone have both ended: unplugged, or taken away by the system.',
    'Plug one in or allow it, then press Start again.',
  );
}
