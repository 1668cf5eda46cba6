/**
 * The visitor's camera and microphone. One that is taken away (unplugged, switched, held by another program) is taken up again
 * as soon as it, or another one unless it was chosen, is there, as long as the browser still allows it: nobody is asked unasked.
 */

import {
  askForDevice,
  askForDevices,
  type DeviceKind,
  type DeviceRequest,
  type DevicesSoFar,
  type DeviceWanted,
} from './devices';
import type { Source, TrackStatus } from './source';
import { KINDS, StreamSource, type AbsentStatus, type StreamTracks } from './stream-source';

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
  const source = new DeviceSource(request, tracks, { camera: camera.status, microphone: microphone.status });
  await source.open(signal);
  return source;
}

class DeviceSource extends StreamSource {
  /** Taken away, each with the search for it: one that was switched off and on is another. */
  readonly #lost = new Map<DeviceKind, symbol>();
  /** Not to be had by itself, and why. */
  readonly #given = new Map<DeviceKind, TrackStatus>();
  /** Asked for while the other one runs. */
  readonly #asked = new Set<DeviceKind>();
  /** Which one each of them is, where that was said; not whether it is on. */
  readonly #which: Record<DeviceKind, DeviceWanted> = { camera: true, microphone: true };
  #wished: DeviceRequest;

  constructor(request: DeviceRequest, tracks: StreamTracks, absent: AbsentStatus) {
    super('devices', tracks, absent);
    this.#wished = this.#named(request);
  }

  override get camera(): TrackStatus {
    return this.#status('camera', super.camera);
  }

  override get microphone(): TrackStatus {
    return this.#status('microphone', super.microphone);
  }

  wish(request: DeviceRequest): boolean {
    const goes = (kind: DeviceKind) => this[kind] === 'live' || this[kind] === 'lost';
    if (this.closed.aborted || !KINDS.some((kind) => request[kind] && goes(kind))) return false;
    const before = this.#wished;
    this.#wished = this.#named(request);
    for (const kind of KINDS) {
      if (!request[kind]) {
        if (before[kind]) this.#giveUp(kind, 'off');
        // wished once more, what was refused may be allowed by now
      } else if (!goes(kind) || !isSame(this.#wished[kind], before[kind])) void this.#ask(kind);
    }
    return true;
  }

  get asking(): boolean {
    return this.#asked.size > 0;
  }

  /** A switch may bring each of them. */
  protected override mayReturn(): boolean {
    return !this.closed.aborted;
  }

  protected override trackEnded(kind: DeviceKind): void {
    if (!this.#lost.has(kind)) void this.#bringBack(kind);
  }

  /** With the one that was said before where it says merely that there should be one. */
  #named(request: DeviceRequest): DeviceRequest {
    for (const kind of KINDS) if (typeof request[kind] === 'object') this.#which[kind] = request[kind];
    const { camera, microphone } = this.#which;
    return {
      camera: request.camera && camera,
      microphone: request.microphone && microphone,
    };
  }

  #status(kind: DeviceKind, track: TrackStatus): TrackStatus {
    return this.#lost.has(kind) ? 'lost' : (this.#given.get(kind) ?? track);
  }

  /** One that runs goes on until the other one answers: nobody knows how long a prompt stays open. */
  async #ask(kind: DeviceKind): Promise<void> {
    if (this.#asked.has(kind)) return;
    this.#asked.add(kind);
    const wished = this.#wished;
    const { track, status } = await askForDevice(kind, wished, navigator.mediaDevices);
    this.#asked.delete(kind);
    const wanted = this.#wished[kind];
    if (this.closed.aborted || !wanted) track?.stop();
    else if (!isSame(wanted, wished[kind])) {
      track?.stop();
      void this.#ask(kind);
    } else if (track === null) {
      const before = this.tracks[kind];
      if (status === 'busy' && before?.readyState === 'live') {
        // phones open no second camera beside the first; asked for before who hears that it went may take that for the end
        before.stop();
        void this.#ask(kind);
      }
      this.#giveUp(kind, status);
    } else {
      this.#lost.delete(kind);
      this.#given.delete(kind);
      // there, but not readable
      await this.replace(kind, track).catch(() => this.#giveUp(kind, 'busy'));
    }
  }

  async #bringBack(kind: DeviceKind): Promise<void> {
    const search = Symbol(kind);
    this.#lost.set(kind, search);
    const isOver = () => this.closed.aborted || this.#lost.get(kind) !== search;
    for (let tries = 0; !isOver(); tries += 1) {
      await deviceChange(TRIES_MS[tries] ?? 8000, this.closed);
      if (isOver()) return;
      const allowed = await isAllowed(kind);
      if (isOver()) return;
      if (!allowed) return this.#giveUp(kind, 'ended');
      const { track, status } = await askForDevice(kind, this.#wished, navigator.mediaDevices);
      if (isOver()) return track?.stop();
      if (status === 'refused') return this.#giveUp(kind, 'refused');
      if (track === null) continue;
      this.#lost.delete(kind);
      try {
        return await this.replace(kind, track);
      } catch {
        // there, but not readable yet: as if it were still away
        this.#lost.set(kind, search);
      }
    }
  }

  #giveUp(kind: DeviceKind, status: TrackStatus): void {
    this.#lost.delete(kind);
    this.#given.set(kind, status);
    this.drop(kind);
  }
}

/** Each wish brings objects of its own. */
const isSame = (wanted: DeviceWanted, before: DeviceWanted) =>
  JSON.stringify(wanted) === JSON.stringify(before);

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
