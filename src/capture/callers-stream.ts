/** A caller's own stream as a source; fetched when somebody starts one. */

import { MemoError } from '../errors';
import type { Source, TrackStatus } from './source';
import { KINDS, StreamSource, type StreamTracks } from './stream-source';

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
