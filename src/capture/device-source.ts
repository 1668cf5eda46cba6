/**
 * The visitor's camera and microphone. One that is taken away (unplugged, switched, held by another program) is taken up again
 * as soon as it or another one is there, as long as the browser still allows it: nobody is asked unasked.
 */

import { MemoError } from '../errors';
import {
  askForDevice,
  askForDevices,
  type DeviceKind,
  type DeviceRequest,
  type DevicesSoFar,
} from './devices';
import type { Source, TrackStatus } from './source';
import { StreamSource, type AbsentStatus, type StreamTracks } from './stream-source';

/** Milliseconds to the next try; a device that comes back is tried at once, one that a program lets go tells nobody. */
const TRIES_MS = [0, 1000, 2000, 4000, 8000] as const;

/**
 * Asks, then reads what was granted; rejects with a MemoError when nothing was.
 * @param told of each answer, while the other device is still asked for
 */
export async function openDevices(
  request: DeviceRequest,
  signal: AbortSignal,
  told: (answer: DevicesSoFar) => void = () => undefined,
): Promise<Source> {
  const { camera, microphone } = await askForDevices(request, signal, told);
  const tracks = { camera: camera.track, microphone: microphone.track };
  const source = new DeviceSource(tracks, { camera: camera.status, microphone: microphone.status });
  await source.open(signal);
  return source;
}

class DeviceSource extends StreamSource {
  readonly #lost = new Set<DeviceKind>();
  /** Not to be had again, and why. */
  readonly #given = new Map<DeviceKind, TrackStatus>();

  constructor(tracks: StreamTracks, absent: AbsentStatus) {
    super('devices', tracks, absent);
  }

  override get camera(): TrackStatus {
    return this.#status('camera', super.camera);
  }

  override get microphone(): TrackStatus {
    return this.#status('microphone', super.microphone);
  }

  protected override mayReturn(kind: DeviceKind): boolean {
    return !this.closed.aborted && !this.#given.has(kind);
  }

  protected override trackEnded(kind: DeviceKind): void {
    if (!this.#lost.has(kind)) void this.#bringBack(kind);
  }

  #status(kind: DeviceKind, track: TrackStatus): TrackStatus {
    return this.#lost.has(kind) ? 'lost' : (this.#given.get(kind) ?? track);
  }

  async #bringBack(kind: DeviceKind): Promise<void> {
    this.#lost.add(kind);
    for (let tries = 0; !this.closed.aborted; tries += 1) {
      await deviceChange(TRIES_MS[tries] ?? 8000, this.closed);
      if (this.closed.aborted) return;
      if (!(await isAllowed(kind))) return this.#giveUp(kind, 'ended');
      const { track, status } = await askForDevice(kind, navigator.mediaDevices);
      if (status === 'refused') return this.#giveUp(kind, 'refused');
      if (track !== null && (await this.#takeUp(kind, track))) return;
    }
  }

  async #takeUp(kind: DeviceKind, track: MediaStreamTrack): Promise<boolean> {
    if (this.closed.aborted) {
      track.stop();
      return true;
    }
    this.#lost.delete(kind);
    try {
      await this.replace(kind, track);
      return true;
    } catch (error) {
      // there, but not readable yet: as if it were still away
      this.#lost.add(kind);
      return MemoError.from(error).code === 'aborted';
    }
  }

  #giveUp(kind: DeviceKind, status: TrackStatus): void {
    this.#lost.delete(kind);
    this.#given.set(kind, status);
    this.emitter.emit('trackchange');
  }
}

/** Whether asking would show no prompt; false where the browser does not say. */
async function isAllowed(kind: DeviceKind): Promise<boolean> {
  try {
    // both are permission names that TypeScript's DOM library lacks in places
    const { state } = await navigator.permissions.query({ name: kind as PermissionName });
    return state === 'granted';
  } catch {
    return false;
  }
}

/** Resolves when a device was plugged in or out, after `ms`, or at once when `signal` aborts. */
function deviceChange(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      navigator.mediaDevices.removeEventListener('devicechange', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    navigator.mediaDevices.addEventListener('devicechange', done);
    signal.addEventListener('abort', done);
  });
}
