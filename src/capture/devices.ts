/** Asks for camera and microphone, each on its own, so that one refused leaves the other. */

import { MemoError, type ErrorCode } from '../errors';
import type { TrackStatus } from './source';

export interface DeviceRequest {
  readonly camera: boolean;
  readonly microphone: boolean;
}

export interface DeviceAnswer {
  readonly track: MediaStreamTrack | null;
  readonly status: TrackStatus;
  /** Why there is no track; null when there is one, or none was asked for. */
  readonly error: MemoError | null;
}

/** `navigator.mediaDevices`, in words that a declaration can say where there is no page. */
export interface DeviceSource {
  getUserMedia(constraints?: MediaStreamConstraints): Promise<MediaStream>;
}

export type DeviceKind = keyof DeviceRequest;

/** What is asked for: a face needs few pixels, and processing made for calls would flatten the voice. */
const CONSTRAINTS: Record<DeviceKind, MediaStreamConstraints> = {
  camera: {
    video: { facingMode: 'user', width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } },
  },
  microphone: { audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: true } },
};

/** What each device answered so far. */
export type DevicesSoFar = Readonly<Partial<Record<DeviceKind, TrackStatus>>>;

/**
 * At least one track, or a MemoError: the device's own when one was asked for, `devices-denied` when both fail.
 * A track that is granted ends when `signal` aborts, though the other device is still asked for.
 * @param told of each answer as it comes: a camera may be on while the microphone is still asked for
 */
export async function askForDevices(
  request: DeviceRequest,
  signal: AbortSignal,
  told: (answer: DevicesSoFar) => void,
  media: DeviceSource | undefined = globalThis.navigator?.mediaDevices,
): Promise<Record<DeviceKind, DeviceAnswer>> {
  if (!request.camera && !request.microphone) throw nothingAsked();
  if (media === undefined) throw unsupported();
  const ask = async (kind: DeviceKind): Promise<DeviceAnswer> => {
    if (!request[kind]) return NOT_ASKED;
    const answer = await askForDevice(kind, media);
    const stop = () => answer.track?.stop();
    if (signal.aborted) stop();
    else told({ [kind]: answer.status });
    signal.addEventListener('abort', stop);
    return answer;
  };
  const [camera, microphone] = await Promise.all([ask('camera'), ask('microphone')]);
  if (signal.aborted)
    throw new MemoError('aborted', 'Asking for devices was cut short.', 'Press Start again.');
  if (camera.track === null && microphone.track === null) throw noneLeft(camera.error, microphone.error);
  return { camera, microphone };
}

const NOT_ASKED: DeviceAnswer = { track: null, status: 'off', error: null };

/** One device; never rejects. */
export async function askForDevice(kind: DeviceKind, media: DeviceSource): Promise<DeviceAnswer> {
  try {
    const stream = await media.getUserMedia(CONSTRAINTS[kind]);
    const track = stream.getTracks()[0];
    if (track !== undefined) return { track, status: 'live', error: null };
    return { track: null, status: 'missing', error: deviceError(kind, 'NotFoundError', undefined) };
  } catch (cause) {
    const error = deviceError(kind, cause instanceof Error ? cause.name : '', cause);
    return { track: null, status: STATUS[error.code] ?? 'missing', error };
  }
}

const STATUS: Partial<Record<ErrorCode, TrackStatus>> = {
  'camera-denied': 'refused',
  'microphone-denied': 'refused',
  'device-missing': 'missing',
  'device-busy': 'busy',
};

/** `name` is the DOMException's, as in Media Capture and Streams, section 10.2. */
function deviceError(kind: DeviceKind, name: string, cause: unknown): MemoError {
  const Kind = kind === 'camera' ? 'Camera' : 'Microphone';
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

function noneLeft(camera: MemoError | null, microphone: MemoError | null): MemoError {
  if (camera !== null && microphone !== null) {
    const cures = new Set([camera.cure, microphone.cure]);
    return new MemoError(
      'devices-denied',
      `Neither camera nor microphone can be used. ${camera.message} ${microphone.message}`,
      [...cures].join(' '),
      camera,
    );
  }
  return camera ?? microphone ?? nothingAsked();
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
