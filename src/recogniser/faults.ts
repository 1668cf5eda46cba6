/** Whose fault an error is, and the errors that the recogniser itself finds. */

import { MemoError, type ErrorCode } from '../errors';
import type { TrackStatus } from './state';

/** The source's or the caller's fault, not the worker's: the model stays. */
const NOT_THE_WORKERS: ReadonlySet<ErrorCode> = new Set([
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
  'media-lost',
  'file-missing',
  'prompt-invalid',
  'label-invalid',
  'input-invalid',
  'aborted',
]);

export function isWorkersFault({ code }: MemoError): boolean {
  return !NOT_THE_WORKERS.has(code);
}

/** Gives nothing, and will not by itself. */
export function isGone(status: TrackStatus): boolean {
  return status !== 'live' && status !== 'lost';
}

export function lostDevices(): MemoError {
  return new MemoError(
    'device-lost',
    'Camera and microphone have both ended: unplugged, or taken away by the system.',
    'Plug one in or allow it, then press Start again.',
  );
}

/** Why WebAssembly computes from now on. */
export function gpuLeft({ message }: MemoError): string {
  return `WebGPU failed twice within three minutes and was left; reload the page to try it again. ${message}`;
}

export function recogniserClosed(): MemoError {
  return new MemoError('aborted', 'This recogniser has been closed.', 'Make a new one: new Recogniser(...).');
}
