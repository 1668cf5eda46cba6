/**
 * A video or audio file: read as fast as it can be decoded, or, where WebCodecs does not decode it, played once, muted, at its own
 * speed, in a video element that is in no document. Then frames come as the element presents them; samples, decoded beforehand,
 * are delivered in step with its clock.
 */

import { MemoError } from '../errors';
import { goneFile } from './broken-file';
import { onPage, PLAY_AGAIN } from '../page-events';
import { DownMix } from './down-mix';
import { SourceEmitter } from './emitter';
import { decodeSound, empty, loadMedia } from './file-media';
import { ElementPump } from './element-frames';
import { readMedia } from './media-reader';
import { ReaderSource } from './reader-source';
import type { Source, SourceEvents, TimedFrame, TrackStatus } from './source';

/** Milliseconds between two deliveries of samples. */
const DELIVERY_MS = 50;
/** Longest chunk, in seconds: what a timer held back in a busy page catches up with. */
const MOST_CHUNK_SECONDS = 0.5;

/** Rejects with `input-invalid` for what is no Blob, `media-empty`, `media-unreadable`, `media-lost`, `file-missing`, `aborted` or, without a document to play it in, `capture-unsupported`. */
export async function openFile(blob: Blob, name: string, signal: AbortSignal): Promise<Source> {
  if (!(blob instanceof Blob)) throw noFile();
  if (blob.size === 0) throw empty(name);
  const reader = await readMedia(blob, name, signal);
  if (reader !== null) return new ReaderSource(reader);
  const gone = await goneFile(blob, name);
  if (gone !== null) throw gone;
  if (typeof document === 'undefined') throw undecodable(name);
  const media = await loadMedia(blob, name, signal);
  try {
    const sound = hasSound(media.video) ? await decodeSound(blob, media.seconds, name) : null;
    if (signal.aborted) throw new MemoError('aborted', 'Opening was cut short.', 'Press Start again.');
    if (media.video.videoWidth === 0 && sound === null) {
      throw new MemoError(
        'media-unreadable',
        `${name} opens, but neither picture nor sound in it can be decoded by this browser.`,
        'Try MP4 (H.264, AAC), WebM or WAV.',
      );
    }
    return new FileSource(media.video, media.seconds, sound, { blob, name }, media.free);
  } catch (error) {
    media.free();
    throw MemoError.from(error);
  }
}

/** Another window's is none either. */
function noFile(): MemoError {
  return new MemoError(
    'input-invalid',
    'What was given as a file is no Blob.',
    'Give a Blob or a File that was made in this window.',
  );
}

class FileSource implements Source {
  readonly kind = 'file';
  readonly stream: MediaStream | null;
  readonly microphoneMuted = false;
  readonly #emitter = new SourceEmitter();
  readonly #leave = new AbortController();
  readonly #downMix = new DownMix();
  readonly #pump: ElementPump | null;
  /** Samples delivered so far. */
  #delivered = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #ended = false;
  #running = false;
  /** The browser plays nothing before the page is touched. */
  #refused = false;
  /** It was played to its end. */
  #whole = false;
  /** Why it broke off. */
  #failure: MemoError | null = null;

  constructor(
    private readonly video: HTMLVideoElement,
    readonly seconds: number,
    private readonly sound: AudioBuffer | null,
    private readonly file: { readonly blob: Blob; readonly name: string },
    private readonly free: () => void,
  ) {
    const hasPicture = video.videoWidth > 0;
    this.stream = hasPicture ? previewOf(video) : null;
    this.#pump = hasPicture ? new ElementPump(video, (mediaTime) => mediaTime) : null;
    const { signal } = this.#leave;
    video.addEventListener('ended', () => this.#end(), { signal });
    video.addEventListener('error', () => this.#break(video.error), { signal });
    // by the system: a call, another page
    video.addEventListener('pause', () => this.#play(), { signal });
    onPage(PLAY_AGAIN, () => this.#play(), signal);
  }

  get camera(): TrackStatus {
    if (this.#pump === null) return 'off';
    return this.#ended ? 'ended' : 'live';
  }

  get microphone(): TrackStatus {
    if (this.sound === null) return 'off';
    return this.#ended ? 'ended' : 'live';
  }

  get cameraMuted(): boolean {
    return this.#refused && this.camera === 'live';
  }

  get microphoneSilent(): boolean {
    return this.#refused && this.microphone === 'live';
  }

  get progress(): number {
    return this.#ended ? 1 : Math.min(1, this.video.currentTime / this.seconds);
  }

  now(): number {
    return this.video.currentTime;
  }

  async nextFrame(signal: AbortSignal): Promise<TimedFrame | null> {
    return this.#pump === null ? null : this.#pump.nextFrame(signal);
  }

  on<K extends keyof SourceEvents>(event: K, listener: SourceEvents[K]): void {
    this.#emitter.on(event, listener);
    // it may have ended before the model came, or while its worker was replaced: before anybody who asks for it
    if (this.#whole && event === 'end') (listener as SourceEvents['end'])();
    const failure = this.#failure;
    if (failure !== null && event === 'failure') (listener as SourceEvents['failure'])(failure);
  }

  setRunning(running: boolean): void {
    clearInterval(this.#timer);
    if (this.#ended || this.#leave.signal.aborted) return;
    this.#running = running;
    if (!running) {
      this.video.pause();
      return;
    }
    this.#timer = setInterval(() => this.#deliver(this.video.currentTime), DELIVERY_MS);
    this.#play();
  }

  /** Never one that has come to its end: it would begin again. */
  #play(): void {
    const { video } = this;
    if (!this.#running || !video.paused || video.ended) return;
    const told = (error?: unknown) => {
      const name = error instanceof DOMException ? error.name : '';
      this.#refused = name === 'NotAllowedError';
      // a pause or a close meanwhile is no failure
      if (error !== undefined && !this.#refused && name !== 'AbortError') this.#break(error);
    };
    video.play().then(() => told(), told);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#leave.abort();
    this.#emitter.clear();
    this.#pump?.close();
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.free();
  }

  /** All samples up to `seconds` that have not been delivered yet. */
  #deliver(seconds: number): void {
    if (this.sound === null) return;
    const { sampleRate, length } = this.sound;
    const until = Math.min(length, Math.floor(seconds * sampleRate));
    const most = Math.ceil(MOST_CHUNK_SECONDS * sampleRate);
    while (this.#delivered < until) {
      const from = this.#delivered;
      this.#delivered = Math.min(until, from + most);
      const samples = this.#mono(this.sound, from, this.#delivered);
      this.#emitter.emit('samples', { samples, sampleRateHz: sampleRate, time: from / sampleRate });
    }
  }

  #mono(sound: AudioBuffer, from: number, until: number): Float32Array<ArrayBuffer> {
    return this.#downMix.mix(sound.numberOfChannels, until - from, (plane, channel) => {
      sound.copyFromChannel(plane, channel, from);
    });
  }

  #end(): void {
    if (this.#ended) return;
    clearInterval(this.#timer);
    this.#deliver(Number.POSITIVE_INFINITY);
    this.#ended = this.#whole = true;
    this.#pump?.end();
    this.#emitter.emit('end');
  }

  #break(cause: unknown): void {
    if (this.#ended || this.#leave.signal.aborted) return;
    clearInterval(this.#timer);
    this.#ended = true;
    this.#pump?.end();
    void this.#tell(cause);
  }

  async #tell(cause: unknown): Promise<void> {
    const { blob, name } = this.file;
    const { currentTime } = this.video;
    this.#failure =
      (await goneFile(blob, name, cause, currentTime)) ??
      new MemoError(
        'media-unreadable',
        `${name} broke off after ${currentTime.toFixed(1)} s: the file is damaged from there on.`,
        'Try another copy of the file.',
        cause,
      );
    this.#emitter.emit('failure', this.#failure);
  }
}

function undecodable(name: string): MemoError {
  return new MemoError(
    'capture-unsupported',
    `${name} cannot be decoded by WebCodecs, and a worker has no element to play it in.`,
    'Try MP4 (H.264, AAC), WebM or WAV, or open the file in a page.',
  );
}

/** What browsers have of a media element beside the standard, each something else. */
interface Capturable {
  captureStream?(): MediaStream;
  mozCaptureStream?(): MediaStream;
  readonly mozHasAudio?: boolean;
  readonly audioTracks?: { readonly length: number };
}

/** Of loaded media; true too where the browser does not say. */
function hasSound(video: HTMLVideoElement & Capturable): boolean {
  const { mozHasAudio, audioTracks } = video;
  // Firefox captures no sound before it plays
  if (mozHasAudio !== undefined) return mozHasAudio;
  if (audioTracks !== undefined) return audioTracks.length > 0;
  const captured = previewOf(video)?.getTracks();
  for (const track of captured ?? []) track.stop();
  return captured?.some(({ kind }) => kind === 'audio') ?? true;
}

/** Safari cannot capture an element: the file is analysed all the same, without a preview. */
function previewOf(video: HTMLVideoElement): MediaStream | null {
  const capturable = video as HTMLVideoElement & Capturable;
  return capturable.captureStream?.() ?? capturable.mozCaptureStream?.() ?? null;
}
