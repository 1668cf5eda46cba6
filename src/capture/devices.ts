/** Asks for camera and microphone, each on its own, so that one refused leaves the other. */

import { MemoError } from '../errors';
import { lateScript } from '../late-script';
import type { TrackStatus } from './source';

/**
 * `true` is the browser's own choice; constraints say which one, as `{ deviceId }` or `{ facingMode: 'environment' }`, and go before
 * ours of the same name. A `deviceId` as a bare text is that device or none: no other takes its place unsaid.
 */
export type DeviceWanted = boolean | MediaTrackConstraints;

export interface DeviceRequest {
  readonly camera: DeviceWanted;
  readonly microphone: DeviceWanted;
}

/** Which one `true` stands for; `{}` is the browser's own choice. */
export interface ChosenDevices {
  readonly camera?: MediaTrackConstraints;
  readonly microphone?: MediaTrackConstraints;
}

export interface DeviceAnswer {
  readonly track: MediaStreamTrack | null;
  readonly status: TrackStatus;
  /** What the browser threw in place of a track; null when there is one, or none was asked for. */
  readonly error: unknown;
}

/** `navigator.mediaDevices`, in words that a declaration can say where there is no page. */
export interface DeviceSource {
  getUserMedia(constraints?: MediaStreamConstraints): Promise<MediaStream>;
}

export type DeviceKind = keyof DeviceRequest;

/** What is asked for: a face needs few pixels, and processing made for calls would flatten the voice. */
const CONSTRAINTS: Record<DeviceKind, (wanted: MediaTrackConstraints) => MediaStreamConstraints> = {
  camera: (wanted) => ({
    video: {
      facingMode: 'user',
      width: { ideal: 640 },
      height: { ideal: 480 },
      frameRate: { ideal: 30 },
      ...wanted,
    },
  }),
  microphone: (wanted) => ({
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: true, ...wanted },
  }),
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
  // only who gets nothing needs to be told why
  const none = async (...answers: DeviceAnswer[]) =>
    (await lateScript(() => import('./no-devices'))).noDevices(request, ...answers);
  if (media === undefined) throw await none();
  const ask = async (kind: DeviceKind): Promise<DeviceAnswer> => {
    if (!request[kind]) return NOT_ASKED;
    const answer = await askForDevice(kind, request, media);
    const stop = () => answer.track?.stop();
    if (signal.aborted) stop();
    else told({ [kind]: answer.status });
    signal.addEventListener('abort', stop);
    return answer;
  };
  const [camera, microphone] = await Promise.all([ask('camera'), ask('microphone')]);
  if (signal.aborted)
    throw new MemoError('aborted', 'Asking for devices was cut short.', 'Press Start again.');
  if (camera.track === null && microphone.track === null) throw await none(camera, microphone);
  return { camera, microphone };
}

const NOT_ASKED: DeviceAnswer = { track: null, status: 'off', error: null };

/** One device; never rejects. */
export async function askForDevice(
  kind: DeviceKind,
  request: DeviceRequest,
  media: DeviceSource,
): Promise<DeviceAnswer> {
  try {
    const stream = await media.getUserMedia(CONSTRAINTS[kind](alone(request[kind])));
    const track = stream.getTracks()[0];
    if (track === undefined) throw new DOMException('no track', 'NotFoundError');
    return { track, status: 'live', error: null };
  } catch (error) {
    return { track: null, status: STATUS[error instanceof Error ? error.name : ''] ?? 'missing', error };
  }
}

/** A bare `deviceId` would be a mere preference: with that device gone the browser takes another one. */
function alone(wanted: DeviceWanted): MediaTrackConstraints {
  const { deviceId, ...others } = Object(wanted) as MediaTrackConstraints;
  if (deviceId === undefined) return others;
  return { ...others, deviceId: typeof deviceId === 'string' ? { exact: deviceId } : deviceId };
}

/** By the DOMException's name, as in Media Capture and Streams, section 10.2. */
const STATUS: Readonly<Record<string, TrackStatus>> = {
  NotAllowedError: 'refused',
  SecurityError: 'refused',
  NotReadableError: 'busy',
  AbortError: 'busy',
};
