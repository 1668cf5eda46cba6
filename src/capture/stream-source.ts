/** Any MediaStream as a source: the base of camera and microphone, the actor, and a caller's own stream. */

import { MemoError } from '../errors';
import type { SourceKind, TrackStatus } from '../recogniser/state';
import { SourceEmitter } from './emitter';
import { pumpTrack, type FramePump } from './frames';
import { openMicrophone, type Microphone } from './microphone';
import type { Source, SourceEvents, TimedFrame } from './source';

export interface StreamTracks {
  readonly camera: MediaStreamTrack | null;
  readonly microphone: MediaStreamTrack | null;
}

/** Why a track that was asked for is not there. */
export type AbsentStatus = Partial<Record<keyof StreamTracks, TrackStatus>>;

export class StreamSource implements Source {
  readonly stream: MediaStream | null;
  readonly progress: null = null;
  protected readonly emitter = new SourceEmitter();
  readonly #openedMs = performance.now();
  readonly #leave = new AbortController();
  #pump: FramePump | null = null;
  #microphone: Microphone | null = null;

  /** Owns the tracks from here on: closing stops them. */
  protected constructor(
    readonly kind: SourceKind,
    private readonly tracks: StreamTracks,
    private readonly absent: AbsentStatus = {},
  ) {
    const { camera, microphone } = tracks;
    this.stream = camera === null ? null : new MediaStream([camera]);
    const { signal } = this.#leave;
    for (const track of [camera, microphone]) {
      for (const event of ['ended', 'mute', 'unmute']) {
        track?.addEventListener(event, () => this.emitter.emit('trackchange'), { signal });
      }
    }
  }

  /** Starts reading both tracks; on failure all of them are stopped. */
  static async read(
    kind: SourceKind,
    tracks: StreamTracks,
    signal: AbortSignal,
    absent: AbsentStatus = {},
  ): Promise<StreamSource> {
    const source = new StreamSource(kind, tracks, absent);
    await source.begin(signal);
    return source;
  }

  get camera(): TrackStatus {
    return status(this.tracks.camera, this.absent.camera);
  }

  get microphone(): TrackStatus {
    return status(this.tracks.microphone, this.absent.microphone);
  }

  get microphoneMuted(): boolean {
    const track = this.tracks.microphone;
    return track !== null && (track.muted || !track.enabled);
  }

  now(): number {
    return (performance.now() - this.#openedMs) / 1000;
  }

  async nextFrame(signal: AbortSignal): Promise<TimedFrame | null> {
    return this.#pump === null ? null : this.#pump.nextFrame(signal);
  }

  on<K extends keyof SourceEvents>(event: K, listener: SourceEvents[K]): void {
    this.emitter.on(event, listener);
  }

  close(): void {
    this.#leave.abort();
    this.emitter.clear();
    this.#pump?.close();
    this.#microphone?.close();
    this.tracks.camera?.stop();
    this.tracks.microphone?.stop();
  }

  protected async begin(signal: AbortSignal): Promise<void> {
    const { camera, microphone } = this.tracks;
    try {
      const now = () => this.now();
      if (camera !== null) this.#pump = pumpTrack(camera, now);
      if (microphone !== null) {
        this.#microphone = await openMicrophone(microphone, now, (chunk) =>
          this.emitter.emit('samples', chunk),
        );
      }
      if (signal.aborted) throw new MemoError('aborted', 'Opening was cut short.', 'Press Start again.');
    } catch (error) {
      this.close();
      throw MemoError.from(error);
    }
  }
}

/** A caller's stream: clones of its tracks are read and stopped, the caller's own stay as they are. */
export async function openStream(stream: MediaStream, signal: AbortSignal): Promise<Source> {
  const live = (track: MediaStreamTrack) => track.readyState === 'live';
  const camera = stream.getVideoTracks().find(live) ?? null;
  const microphone = stream.getAudioTracks().find(live) ?? null;
  if (camera === null && microphone === null) {
    throw new MemoError(
      'nothing-to-capture',
      'The stream has no live track, neither video nor audio.',
      'Pass a MediaStream while one of its tracks is live.',
    );
  }
  const source = new CallersSource({ camera, microphone });
  await source.open(signal);
  return source;
}

/** Milliseconds between two looks at whether the caller has stopped its tracks: no event tells, and a clone lives on. */
const OWNERS_MS = 250;

class CallersSource extends StreamSource {
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(theirs: StreamTracks) {
    const ours = {
      camera: theirs.camera?.clone() ?? null,
      microphone: theirs.microphone?.clone() ?? null,
    };
    super('stream', ours);
    this.#timer = setInterval(() => {
      for (const kind of ['camera', 'microphone'] as const) {
        if (theirs[kind]?.readyState !== 'ended' || ours[kind]?.readyState !== 'live') continue;
        ours[kind].stop();
        this.emitter.emit('trackchange');
      }
    }, OWNERS_MS);
  }

  open(signal: AbortSignal): Promise<void> {
    return this.begin(signal);
  }

  override close(): void {
    clearInterval(this.#timer);
    super.close();
  }
}

function status(track: MediaStreamTrack | null, absent: TrackStatus = 'off'): TrackStatus {
  if (track === null) return absent;
  return track.readyState === 'live' ? 'live' : 'ended';
}
