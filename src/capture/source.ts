/**
 * A source gives timestamped frames and samples; the recogniser pulls frames and is pushed samples.
 * Camera and microphone, the actor, a stream and a file all look like this.
 */

import type { MemoError } from '../errors';
import type { MediaReader } from './media-reader';
import type { TimedText } from './words/timed-text';

export type SourceKind = 'devices' | 'actor' | 'file' | 'stream' | 'push' | 'text';

/**
 * One camera or microphone, as the visitor sees it; `busy`: another program holds it; `lost`: taken away, and taken up again once it
 * is back; `undecodable`: a file's picture or sound that this browser leaves out.
 */
export type TrackStatus = 'off' | 'live' | 'refused' | 'missing' | 'busy' | 'ended' | 'lost' | 'undecodable';

export interface SampleChunk {
  /** Mono, -1 to 1. */
  readonly samples: Float32Array<ArrayBuffer>;
  readonly sampleRateHz: number;
  /** Seconds on the source's clock of the first sample. */
  readonly time: number;
}

/** Chunks on their way to a worker; beyond it the worker hangs, and sound is dropped (about 3 s). */
export const MOST_CHUNKS = 64;

export interface TimedFrame {
  /** The taker closes it. */
  readonly frame: VideoFrame | ImageBitmap;
  /** Seconds on the source's clock. */
  readonly time: number;
}

export interface SourceEvents {
  /** Samples as they come. */
  samples: (chunk: SampleChunk) => void;
  /** A track changed: ended, muted by the system, unplugged. */
  trackchange: () => void;
  /** The source is over (a file's end). */
  end: () => void;
  /** What was said, where the source knows it: every text of its run so far, on its clock. */
  words: (texts: readonly TimedText[]) => void;
  /** The source broke off (a file damaged half-way); nothing follows. */
  failure: (error: MemoError) => void;
}

export interface Source {
  readonly kind: SourceKind;
  /** For the preview; null without video. */
  readonly stream: MediaStream | null;
  readonly camera: TrackStatus;
  readonly microphone: TrackStatus;
  /** As the browser names the microphone that it took. */
  readonly microphoneName?: string | undefined;
  /** True while the camera's track gives no picture: another program took it, or the system. */
  readonly cameraMuted?: boolean;
  /** True while the system or the visitor mutes the microphone's track. */
  readonly microphoneMuted: boolean;
  /** True while the microphone's track lives and nothing of it arrives: the browser runs no sound. */
  readonly microphoneSilent?: boolean;
  /** Seconds on the source's clock. */
  now(): number;
  /** Of a source whose sound may come later than its clock runs: until when there is all of it; else until `now`. */
  heardUntil?(): number;
  /** The newest frame not yet taken, or the next one; older ones are dropped, never queued. Null after the end or without video. */
  nextFrame(signal: AbortSignal): Promise<TimedFrame | null>;
  /** After the end: the frame that nobody has taken, where it still counts; a picture that was played is past by then. */
  lastFrame?(signal: AbortSignal): Promise<TimedFrame | null>;
  on<K extends keyof SourceEvents>(event: K, listener: SourceEvents[K]): void;
  /**
   * Plays or rests a source that has a transport (file, actor): it opens at rest, so that nothing is lost while the
   * model loads, and rests while the page is hidden. Live sources have none.
   */
  setRunning?(running: boolean): void;
  /** Length of a file; missing or null for what has no end. */
  readonly seconds?: number | null;
  /** 0 to 1 for a file, else null. */
  readonly progress: number | null;
  /** Of a file that is read as fast as it can be, not played: then nothing comes by itself. */
  readonly reader?: MediaReader;
  /**
   * Of devices: takes up the one that is wished for, or another in its place, and lets go the other, while it goes on; `trackchange` tells what came of it.
   * False where nothing of it would go on: that is a new start.
   */
  wish?(request: { readonly camera: boolean | object; readonly microphone: boolean | object }): boolean;
  /** Of devices: one is still asked for, while the other runs. */
  readonly asking?: boolean;
  /** Stops every track and frees every node; safe to call twice. */
  close(): void;
}
