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
  #stream: MediaStream | null;
  #pump: FramePump | null = null;
  #microphone: KeptMicrophone | null = null;

  /** Owns the tracks from here on: closing stops them. */
  constructor(
    readonly kind: SourceKind,
    tracks: StreamTracks,
    private readonly absent: AbsentStatus = {},
  ) {
    this.#tracks = tracks;
    this.#stream = tracks.camera === null ? null : new MediaStream([tracks.camera]);
  }

  /** Starts reading both tracks; on failure all of them are stopped. Rejects with a MemoError. */
  async open(signal: AbortSignal): Promise<void> {
    const { camera, microphone } = this.#tracks;
    try {
      if (camera !== null) await this.#openCamera(camera);
      if (microphone !== null) await this.#openMicrophone(microphone);
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
    const nowMs = performance.now();
    const gainedMs = Date.now() - nowMs - this.#aheadMs;
    this.#aheadMs += gainedMs;
    // back it never goes: a wall clock may be set back
    if (gainedMs > ASLEEP_MS) this.#openedMs -= gainedMs;
    return (nowMs - this.#openedMs) / 1000;
  }

  async nextFrame(signal: AbortSignal): Promise<TimedFrame | null> {
    for (;;) {
      const pump = this.#pump;
      const frame = pump === null ? null : await pump.nextFrame(signal);
      if (frame !== null || signal.aborted || !this.mayReturn('camera')) return frame;
      // replaced while it was awaited, the change has been told
      if (pump === this.#pump) await this.#nextChange(signal);
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
    for (const kind of KINDS) {
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

  /** Another track in the place of one that has ended, or of none; owned from here on. Rejects with a MemoError, the track then stopped. */
  protected async replace(kind: keyof StreamTracks, track: MediaStreamTrack): Promise<void> {
    const before = this.#tracks[kind];
    this.#tracks = { ...this.#tracks, [kind]: track };
    try {
      await (kind === 'camera' ? this.#openCamera(track) : this.#openMicrophone(track));
    } catch (error) {
      if (this.#tracks[kind] === track) this.#tracks = { ...this.#tracks, [kind]: before };
      track.stop();
      throw MemoError.from(error);
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
    if (kind === 'microphone') {
      this.#microphone?.close();
      this.#microphone = null;
    } else {
      this.#pump?.close();
      this.#pump = null;
    }
    this.emitter.emit('trackchange');
  }

  async #openCamera(track: MediaStreamTrack): Promise<void> {
    this.#pump?.close();
    this.#stream = new MediaStream([track]);
    const opened = await pumpTrack(track, () => this.now());
    if (this.closed.aborted || this.#tracks.camera !== track) opened.close();
    else this.#pump = opened;
  }

  async #openMicrophone(track: MediaStreamTrack): Promise<void> {
    this.#microphone?.close();
    const deliver = (chunk: SampleChunk) => this.emitter.emit('samples', chunk);
    const opened = await KeptMicrophone.open(track, () => this.now(), deliver);
    if (this.closed.aborted || this.#tracks.microphone !== track) opened.close();
    else this.#microphone = opened;
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

/**
 * A caller's stream: clones of its tracks are read and stopped, the caller's own stay as they are. It is followed: what the caller
 * mutes is muted, and a track that takes another's place, or is added, is read from then on.
 */
export async function openStream(stream: MediaStream, signal: AbortSignal): Promise<Source> {
  const theirs = { camera: liveOf(stream, 'camera'), microphone: liveOf(stream, 'microphone') };
  if (theirs.camera === null && theirs.microphone === null) {
    throw new MemoError(
      'nothing-to-capture',
      'The stream has no live track, neither video nor audio.',
      'Pass a MediaStream while one of its tracks is live.',
    );
  }
  const source = new CallersSource(stream, theirs);
  await source.open(signal);
  return source;
}

/** Milliseconds between two looks at what the caller does with its tracks: no event tells, and a clone goes on. */
const OWNERS_MS = 250;
/** Looks for which a track that has gone may be replaced (5 s): who changes cameras stops one before the other opens. */
const LOOKS_LOST = 20;

class CallersSource extends StreamSource {
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Looks since a track has gone. */
  readonly #looksWithout = { camera: 0, microphone: 0 };
  readonly #opening = new Set<keyof StreamTracks>();

  /** @param theirs what ours are clones of */
  constructor(
    private readonly callers: MediaStream,
    private theirs: StreamTracks,
  ) {
    const { camera, microphone } = theirs;
    super('stream', { camera: camera?.clone() ?? null, microphone: microphone?.clone() ?? null });
  }

  override async open(signal: AbortSignal): Promise<void> {
    await super.open(signal);
    this.#timer = setInterval(() => {
      for (const kind of KINDS) if (!this.#opening.has(kind)) this.#look(kind);
    }, OWNERS_MS);
  }

  override get camera(): TrackStatus {
    return this.#status('camera', super.camera);
  }

  override get microphone(): TrackStatus {
    return this.#status('microphone', super.microphone);
  }

  override close(): void {
    clearInterval(this.#timer);
    super.close();
  }

  protected override mayReturn(): boolean {
    return !this.closed.aborted;
  }

  #status(kind: keyof StreamTracks, track: TrackStatus): TrackStatus {
    return track === 'ended' && this.#looksWithout[kind] < LOOKS_LOST ? 'lost' : track;
  }

  #look(kind: keyof StreamTracks): void {
    const before = this.theirs[kind];
    const theirs = liveOf(this.callers, kind, before);
    const ours = this.tracks[kind];
    if (theirs !== before) {
      this.theirs = { ...this.theirs, [kind]: theirs };
      this.#looksWithout[kind] = 0;
      ours?.stop();
      if (theirs !== null) void this.#turnTo(kind, theirs.clone());
      else this.emitter.emit('trackchange');
    } else if (ours?.readyState === 'ended') {
      this.#looksWithout[kind] += 1;
      if (this.#looksWithout[kind] === LOOKS_LOST) this.emitter.emit('trackchange');
    } else if (theirs !== null && ours !== null && theirs.enabled !== ours.enabled) {
      ours.enabled = theirs.enabled;
      this.emitter.emit('trackchange');
    }
  }

  async #turnTo(kind: keyof StreamTracks, ours: MediaStreamTrack): Promise<void> {
    this.#opening.add(kind);
    // one that cannot be read is as one that has gone
    await this.replace(kind, ours).catch(() => undefined);
    this.#opening.delete(kind);
  }
}

/** The track of a kind that is read: the one before as long as it is there. */
function liveOf(
  stream: MediaStream,
  kind: keyof StreamTracks,
  before: MediaStreamTrack | null = null,
): MediaStreamTrack | null {
  const tracks = kind === 'camera' ? stream.getVideoTracks() : stream.getAudioTracks();
  const live = tracks.filter(({ readyState }) => readyState === 'live');
  return live.find((track) => track === before) ?? live[0] ?? null;
}

function isMuted(track: MediaStreamTrack | null): boolean {
  return track !== null && track.readyState === 'live' && (track.muted || !track.enabled);
}

function status(track: MediaStreamTrack | null, absent: TrackStatus = 'off'): TrackStatus {
  if (track === null) return absent;
  return track.readyState === 'live' ? 'live' : 'ended';
}
