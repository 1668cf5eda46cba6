/** Any MediaStream as a source: the base of camera and microphone, the actor, and a caller's own stream. */

import { MemoError } from '../errors';
import { SourceEmitter } from './emitter';
import { pumpTrack, type FramePump } from './frames';
import { KeptMicrophone } from './kept-microphone';
import type { SampleChunk, Source, SourceEvents, SourceKind, TimedFrame, TrackStatus } from './source';

export interface StreamTracks {
  readonly camera: MediaStreamTrack | null;
  readonly microphone: MediaStreamTrack | null;
}

export const KINDS = ['camera', 'microphone'] as const satisfies readonly (keyof StreamTracks)[];

/** What the wall clock gains on the page's between two looks, in ms, beyond which the machine slept: less is a clock that is set right. */
const ASLEEP_MS = 1000;

/** Why a track that was asked for is not there. */
export type AbsentStatus = Partial<Record<keyof StreamTracks, TrackStatus>>;

export class StreamSource implements Source {
  readonly progress: null = null;
  protected readonly emitter = new SourceEmitter();
  /** On the page's clock, which stands still while some machines sleep: earlier by what they slept. */
  #openedMs = performance.now();
  /** Of the wall clock to the page's, at the last look. */
  #aheadMs = Date.now() - this.#openedMs;
  readonly #leave = new AbortController();
  /** What is listened to of a track ends when another takes its place. */
  readonly #attended = { camera: new AbortController(), microphone: new AbortController() };
  #tracks: StreamTracks;
  #stream: MediaStream | null = null;
  readonly #readers: { camera: FramePump | null; microphone: KeptMicrophone | null } = {
    camera: null,
    microphone: null,
  };

  /** Owns the tracks from here on: closing stops them. */
  constructor(
    readonly kind: SourceKind,
    tracks: StreamTracks,
    private readonly absent: AbsentStatus = {},
  ) {
    this.#tracks = tracks;
  }

  /** Starts reading both tracks; on failure all of them are stopped. Rejects with a MemoError. */
  async open(signal: AbortSignal): Promise<void> {
    try {
      for (const kind of KINDS) await this.#read(kind);
      if (signal.aborted) throw new MemoError('aborted', 'Opening was cut short.', 'Press Start again.');
    } catch (error) {
      this.close();
      throw MemoError.from(error);
    }
    for (const kind of KINDS) this.#attend(kind);
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

  get microphoneName(): string | undefined {
    return this.#tracks.microphone?.label;
  }

  get cameraMuted(): boolean {
    return isMuted(this.#tracks.camera);
  }

  get microphoneMuted(): boolean {
    return isMuted(this.#tracks.microphone);
  }

  get microphoneSilent(): boolean {
    return this.#readers.microphone?.silent === true;
  }

  now(): number {
    const nowMs = performance.now();
    const gainedMs = Date.now() - nowMs - this.#aheadMs;
    this.#aheadMs += gainedMs;
    // back it never goes: a wall clock may be set back
    if (gainedMs > ASLEEP_MS) this.#openedMs -= gainedMs;
    return (nowMs - this.#openedMs) / 1000;
  }

  async nextFrame(signal: AbortSignal): Promise<TimedFrame | null> {
    for (;;) {
      const pump = this.#readers.camera;
      const frame = pump === null ? null : await pump.nextFrame(signal);
      if (frame !== null || signal.aborted || !this.mayReturn('camera')) return frame;
      // replaced while it was awaited, the change has been told
      if (pump === this.#readers.camera) await this.#nextChange(signal);
    }
  }

  on<K extends keyof SourceEvents>(event: K, listener: SourceEvents[K]): void {
    this.emitter.on(event, listener);
  }

  close(): void {
    this.#leave.abort();
    this.emitter.clear();
    for (const kind of KINDS) {
      this.#readers[kind]?.close();
      this.#attended[kind].abort();
      this.#tracks[kind]?.stop();
    }
  }

  protected get closed(): AbortSignal {
    return this.#leave.signal;
  }

  protected get tracks(): StreamTracks {
    return this.#tracks;
  }

  /** Whether a track that is not there, or has ended, may come: then whoever waits for its frames goes on waiting. */
  protected mayReturn(kind: keyof StreamTracks): boolean {
    void kind;
    return false;
  }

  /** A track ended by itself; told before `trackchange`. */
  protected trackEnded(kind: keyof StreamTracks): void {
    void kind;
  }

  /**
   * Another track in the place of one, which is stopped, or of none; owned from here on. Rejects with a MemoError, the track then
   * stopped, unless it is wanted no more: what became of it concerns nobody.
   */
  protected async replace(kind: keyof StreamTracks, track: MediaStreamTrack): Promise<void> {
    const before = this.#tracks[kind];
    before?.stop();
    this.#tracks = { ...this.#tracks, [kind]: track };
    try {
      await this.#read(kind);
    } catch (error) {
      track.stop();
      if (this.#tracks[kind] === track) {
        this.#tracks = { ...this.#tracks, [kind]: before };
        throw MemoError.from(error);
      }
    }
    if (this.closed.aborted || this.#tracks[kind] !== track) {
      track.stop();
      return;
    }
    this.#attend(kind);
    this.emitter.emit('trackchange');
  }

  /** Nobody wants it any more: it is stopped, and another may come in its place. */
  protected drop(kind: keyof StreamTracks): void {
    this.#attended[kind].abort();
    this.#tracks[kind]?.stop();
    this.#tracks = { ...this.#tracks, [kind]: null };
    this.#readers[kind]?.close();
    this.#readers[kind] = null;
    this.emitter.emit('trackchange');
  }

  /** In place of what was read before, which is let go first. */
  async #read(kind: keyof StreamTracks): Promise<void> {
    const track = this.#tracks[kind];
    if (track === null) return;
    this.#readers[kind]?.close();
    const now = () => this.now();
    const deliver = (chunk: SampleChunk) => this.emitter.emit('samples', chunk);
    if (kind === 'camera') this.#stream = new MediaStream([track]);
    const opened = await (kind === 'camera'
      ? pumpTrack(track, now)
      : KeptMicrophone.open(track, now, deliver));
    if (this.closed.aborted || this.#tracks[kind] !== track) opened.close();
    else Object.assign(this.#readers, { [kind]: opened });
  }

  #attend(kind: keyof StreamTracks): void {
    const track = this.#tracks[kind];
    this.#attended[kind].abort();
    this.#attended[kind] = new AbortController();
    const { signal } = this.#attended[kind];
    for (const event of ['ended', 'mute', 'unmute']) {
      const told = () => {
        if (this.#tracks[kind] !== track) return;
        if (event === 'ended') this.trackEnded(kind);
        this.emitter.emit('trackchange');
      };
      track?.addEventListener(event, told, { signal });
    }
    // while it was opened, or the other one still asked for, nobody listened
    if (track?.readyState === 'ended') this.trackEnded(kind);
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

function isMuted(track: MediaStreamTrack | null): boolean {
  return track !== null && track.readyState === 'live' && (track.muted || !track.enabled);
}

function status(track: MediaStreamTrack | null, absent: TrackStatus = 'off'): TrackStatus {
  if (track === null) return absent;
  return track.readyState === 'live' ? 'live' : 'ended';
}
