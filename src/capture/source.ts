/**
 * A source gives timestamped frames and samples; the recogniser pulls frames and is pushed samples.
 * Camera and microphone, the actor, a stream and a file all look like this.
 */

import type { SourceKind, TrackStatus } from '../recogniser/state';

export interface SampleChunk {
  /** Mono, -1 to 1. */
  readonly samples: Float32Array<ArrayBuffer>;
  readonly sampleRateHz: number;
  /** Seconds on the source's clock of the first sample. */
  readonly time: number;
}

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
}

export interface Source {
  readonly kind: SourceKind;
  /** For the preview; null without video. */
  readonly stream: MediaStream | null;
  readonly camera: TrackStatus;
  readonly microphone: TrackStatus;
  /** True while the system or the visitor mutes the microphone's track. */
  readonly microphoneMuted: boolean;
  /** Seconds on the source's clock. */
  now(): number;
  /** The newest frame not yet taken, or the next one; older ones are dropped, never queued. Null after the end or without video. */
  nextFrame(signal: AbortSignal): Promise<TimedFrame | null>;
  on<K extends keyof SourceEvents>(event: K, listener: SourceEvents[K]): void;
  /** 0 to 1 for a file, else null. */
  readonly progress: number | null;
  /** Stops every track and frees every node; safe to call twice. */
  close(): void;
}
