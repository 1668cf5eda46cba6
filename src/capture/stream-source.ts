/** Any MediaStream as a source: the base of camera and microphone, the actor, and a caller's own stream. */

import { MemoError } from '../errors';
import type { SourceKind, TrackStatus } from '../recogniser/state';
import { SourceEmitter } from './emitter';
import { pumpTrack, type FramePump } from './frames';
import { KeptMicrophone } from './kept-microphone';
import type { SampleChunk, Source, SourceEvents, TimedFrame } from './source';

export interface StreamTracks {
  readonly camera: MediaStreamTrack | null;
  readonly microphone: MediaStreamTrack | null;
}

const KINDS = ['camera', 'microphone'] as const satisfies readonly (keyof StreamTracks)[];

/** Why a track that was asked for is not there. */
export type AbsentStatus = Partial<Record<keyof StreamTracks, TrackStatus>>;

export class StreamSource implements Source {
  readonly progress: null = null;
  protected readonly emitter = new SourceEmitter();
  readonly #openedMs = performance.now();
  readonly #leave = new AbortController();
  #tracks: StreamTracks;
  #stream: MediaStream | null;
  #pump: FramePump | null = null;
  #microphone: KeptMicrophone | null = null;

  /** Owns the tracks from here on: closing stops them. */
  protected constructor(
    readonly kind: SourceKind,
    tracks: StreamTracks,
    private readonly absent: AbsentStatus = {},
  ) {
    this.#tracks = tracks;
    this.#stream = tracks.camera === null ? null : new MediaStream([tracks.camera]);
    for (const kind of KINDS) this.#attend(kind);
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

  /** Null too once the camera has ended: its last picture would look like one of now. */
  get stream(): MediaStream | null {
    return this.#tracks.camera?.readyState === 'live' ? this.#stream : null;
  }

  get camera(): TrackStatus {
    return status(this.#tracks.camera, this.absent.camera);
  }

  get microphone(): TrackStatus {
    return status(this.#tracks.microphone, this.absent.microphone);
  }

  get cameraMuted(): boolean {
    return isMuted(this.#tracks.camera);
  }

  get microphoneMuted(): boolean {
    return isMuted(this.#tracks.microphone);
  }

  get microphoneSilent(): boolean {
    return this.#microphone?.silent === true;
  }

  now(): number {
    return (performance.now() - this.#openedMs) / 1000;
  }

  async nextFrame(signal: AbortSignal): Promise<TimedFrame | null> {
    for (;;) {
      const frame = this.#pump === null ? null : await this.#pump.nextFrame(signal);
      if (frame !== null || signal.aborted || this.#pump === null || !this.mayReturn('camera')) return frame;
      await this.#nextChange(signal);
    }
  }

  on<K extends keyof SourceEvents>(event: K, listener: SourceEvents[K]): void {
    this.emitter.on(event, listener);
  }

  close(): void {
    this.#leave.abort();
    this.emitter.clear();
    this.#pump?.close();
    this.#microphone?.close();
    for (const kind of KINDS) this.#tracks[kind]?.stop();
  }

  protected get closed(): AbortSignal {
    return this.#leave.signal;
  }

  /** Whether a track that has ended may be replaced: then whoever waits for its frames goes on waiting. */
  protected mayReturn(kind: keyof StreamTracks): boolean {
    void kind;
    return false;
  }

  /** A track ended by itself; told before `trackchange`. */
  protected trackEnded(kind: keyof StreamTracks): void {
    void kind;
  }

  /** Another track in the place of one that has ended; owned from here on. Rejects with a MemoError, the track then stopped. */
  protected async replace(kind: keyof StreamTracks, track: MediaStreamTrack): Promise<void> {
    const before = this.#tracks;
    this.#tracks = { ...before, [kind]: track };
    try {
      await (kind === 'camera' ? this.#openCamera(track) : this.#openMicrophone(track));
    } catch (error) {
      this.#tracks = before;
      track.stop();
      throw MemoError.from(error);
    }
    if (this.closed.aborted) {
      track.stop();
      return;
    }
    this.#attend(kind);
    this.emitter.emit('trackchange');
  }

  protected async begin(signal: AbortSignal): Promise<void> {
    const { camera, microphone } = this.#tracks;
    try {
      if (camera !== null) this.#openCamera(camera);
      if (microphone !== null) await this.#openMicrophone(microphone);
      if (signal.aborted) throw new MemoError('aborted', 'Opening was cut short.', 'Press Start again.');
    } catch (error) {
      this.close();
      throw MemoError.from(error);
    }
  }

  #openCamera(track: MediaStreamTrack): void {
    this.#pump?.close();
    this.#stream = new MediaStream([track]);
    this.#pump = pumpTrack(track, () => this.now());
  }

  async #openMicrophone(track: MediaStreamTrack): Promise<void> {
    this.#microphone?.close();
    const deliver = (chunk: SampleChunk) => this.emitter.emit('samples', chunk);
    const opened = await KeptMicrophone.open(track, () => this.now(), deliver);
    if (this.closed.aborted) opened.close();
    else this.#microphone = opened;
  }

  #attend(kind: keyof StreamTracks): void {
    const track = this.#tracks[kind];
    for (const event of ['ended', 'mute', 'unmute']) {
      const told = () => {
        if (this.#tracks[kind] !== track) return;
        if (event === 'ended') this.trackEnded(kind);
        this.emitter.emit('trackchange');
      };
      track?.addEventListener(event, told, { signal: this.closed });
    }
  }

  /** Resolves when a track has changed, or nobody waits any more. */
  #nextChange(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const over = AbortSignal.any([signal, this.closed]);
      if (over.aborted) resolve();
      over.addEventListener('abort', () => resolve(), { once: true });
      this.emitter.once('trackchange', resolve);
    });
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

/** Milliseconds between two looks at whether the caller has muted or stopped its tracks: no event tells, and a clone goes on. */
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
      for (const kind of KINDS) if (followed(theirs[kind], ours[kind])) this.emitter.emit('trackchange');
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

/** Brings a clone to what its original is; whether that changed it. */
function followed(theirs: MediaStreamTrack | null, ours: MediaStreamTrack | null): boolean {
  if (theirs === null || ours?.readyState !== 'live') return false;
  if (theirs.readyState === 'ended') ours.stop();
  else if (theirs.enabled === ours.enabled) return false;
  ours.enabled = theirs.enabled;
  return true;
}

function isMuted(track: MediaStreamTrack | null): boolean {
  return track !== null && track.readyState === 'live' && (track.muted || !track.enabled);
}

function status(track: MediaStreamTrack | null, absent: TrackStatus = 'off'): TrackStatus {
  if (track === null) return absent;
  return track.readyState === 'live' ? 'live' : 'ended';
}
