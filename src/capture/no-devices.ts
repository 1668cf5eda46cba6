/** Why there is neither camera nor microphone: fetched when that is to be told. */

import { MemoError } from '../errors';
import type { DeviceAnswer, DeviceKind, DeviceRequest, DeviceWanted } from './devices';

/** @param answers of camera and microphone, both without a track; none where nobody could be asked */
export function noDevices(request: DeviceRequest, ...answers: readonly DeviceAnswer[]): MemoError {
  if (!request.camera && !request.microphone) return nothingAsked();
  const [camera, microphone] = answers;
  if (camera === undefined || microphone === undefined) return unsupported();
  const [unseen, unheard] = [
    deviceError('camera', camera, request.camera),
    deviceError('microphone', microphone, request.microphone),
  ];
  if (unseen !== null && unheard !== null) {
    const cures = new Set([unseen.cure, unheard.cure]);
    return new MemoError(
      'devices-denied',
      `Neither camera nor microphone can be used. ${unseen.message} ${unheard.message}`,
      [...cures].join(' '),
      unseen,
    );
  }
  return unseen ?? unheard ?? nothingAsked();
}

/** Null where it was not asked for. By the DOMException's name, as in Media Capture and Streams, section 10.2. */
function deviceError(
  kind: DeviceKind,
  { error: cause }: DeviceAnswer,
  wanted: DeviceWanted,
): MemoError | null {
  if (cause === null) return null;
  const Kind = kind === 'camera' ? 'Camera' : 'Microphone';
  // an OverconstrainedError is no Error in every browser
  const { name, constraint } = Object(cause) as Readonly<Record<string, unknown>>;
  if (name === 'OverconstrainedError' && typeof wanted === 'object')
    return notAsWanted(kind, String(constraint ?? ''), cause);
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return new MemoError(
        `${kind}-denied`,
        `${Kind} access was refused, by you, the browser or the system.`,
        `Allow the ${kind} for this page (the sign beside its address), then press Start again.`,
        cause,
      );
    case 'NotFoundError':
    case 'OverconstrainedError':
      return new MemoError(
        'device-missing',
        `No ${kind} was found.`,
        `Plug in a ${kind}, or go on without: a file or the built-in actor needs none.`,
        cause,
      );
    case 'NotReadableError':
    case 'AbortError':
      return new MemoError(
        'device-busy',
        `The ${kind} is there but cannot be read: another program may hold it.`,
        `Close other programs that use the ${kind}, then press Start again.`,
        cause,
      );
    default:
      return MemoError.from(cause);
  }
}

/** @param constraint that no device met; empty where the browser does not say */
function notAsWanted(kind: DeviceKind, constraint: string, cause: unknown): MemoError {
  return constraint === '' || constraint === 'deviceId'
    ? new MemoError(
        'device-missing',
        `The ${kind} that was chosen is not there.`,
        `Plug it in again, or choose another ${kind}, then press Start again.`,
        cause,
      )
    : new MemoError(
        'device-missing',
        `No ${kind} meets the constraint ${constraint}.`,
        `Ask for another ${constraint}, or leave it out.`,
        cause,
      );
}

function nothingAsked(): MemoError {
  return new MemoError(
    'nothing-to-capture',
    'Neither camera nor microphone was asked for.',
    'Choose at least one of them, then press Start again.',
  );
}

function unsupported(): MemoError {
  return new MemoError(
    'capture-unsupported',
    'This page cannot ask for a camera or microphone: browsers allow it over HTTPS or on localhost only.',
    'Open the page over HTTPS; a file or the built-in actor works as it is.',
  );
}
