/**
 * What the page and the inference worker say to each other: `kind` -> request, answer.
 * Every request is answered once, in order of completion; `progress` alone arrives unasked.
 */

import type { SerialisedError } from '../errors';
import type { Backend, Estimate, Face, Stage } from '../memobert/estimate';
import type { GraphName, GraphRole, Manifest, Precision } from './manifest';
import type { Progress } from './progress';

export type DeviceWish = 'auto' | Backend;

export interface EngineOptions {
  /** Absolute URL of `manifest.json`. */
  readonly manifestUrl: string;
  /** Absolute URL of the folder with MediaPipe's files, the face detector and the speech gate; ends with a slash. */
  readonly assetBase: string;
  readonly device: DeviceWish;
  /** Lets `auto` and `webgpu` take a software adapter: for tests, never for visitors. */
  readonly allowSoftwareAdapter: boolean;
}

/** What was chosen and why. */
export interface BackendReport {
  readonly name: Backend;
  /** True when the visitor or author forced it. */
  readonly forced: boolean;
  /** Why it is not WebGPU: no adapter, only software, golden vectors differ...; null on WebGPU. */
  readonly reason: string | null;
  readonly adapter: string | null;
  readonly threads: number;
  /** The graph that each part runs, and what it computes in: the face may be `denseface-light`. */
  readonly graphs: Readonly<Record<GraphRole, GraphReport>>;
}

export interface GraphReport {
  readonly name: GraphName;
  readonly precision: Precision;
}

export interface FaceAnswer {
  readonly time: number;
  readonly faces: readonly Face[];
  readonly frameWidth: number;
  readonly frameHeight: number;
  readonly latency: Readonly<Partial<Record<Stage, number>>>;
}

export interface VoiceAnswer {
  readonly time: number;
  /** Whether the gate heard speech in the window. */
  readonly speaking: boolean;
  /** Root mean square of the last 0.1 s, 0 to 1. */
  readonly level: number;
  /** True when the samples of the last second are all exactly zero: a muted or dead microphone. */
  readonly muted: boolean;
  readonly latency: Readonly<Partial<Record<Stage, number>>>;
}

/** One spoken or typed stretch of text, on the source's clock (seconds). */
export interface TimedText {
  readonly text: string;
  readonly start: number;
  /** Infinity: holds until replaced (typed text). */
  readonly end: number;
}

export interface Requests {
  load: { request: EngineOptions; answer: { manifest: Manifest; backend: BackendReport } };
  /** The frame is transferred, and closed by the worker. */
  face: { request: { frame: VideoFrame | ImageBitmap; time: number }; answer: FaceAnswer };
  /** Mono samples, any rate; transferred. `time` is that of the first sample. */
  samples: {
    request: { samples: Float32Array<ArrayBuffer>; sampleRateHz: number; time: number };
    answer: { buffered: number };
  };
  /** Encodes the last window of what was heard. */
  voice: { request: { time: number }; answer: VoiceAnswer };
  text: { request: { texts: readonly TimedText[] }; answer: Record<string, never> };
  /** Null when there is no evidence at all. */
  estimate: { request: { time: number }; answer: Estimate | null };
  /** Forgets all evidence; sessions stay. */
  reset: { request: Record<string, never>; answer: Record<string, never> };
}

export type RequestKind = keyof Requests;

export type ToWorker = {
  [K in RequestKind]: { readonly id: number; readonly kind: K; readonly body: Requests[K]['request'] };
}[RequestKind];

export type FromWorker =
  | {
      [K in RequestKind]: {
        readonly id: number;
        readonly kind: K;
        readonly ok: true;
        readonly body: Requests[K]['answer'];
      };
    }[RequestKind]
  | { readonly id: number; readonly kind: RequestKind; readonly ok: false; readonly error: SerialisedError }
  | { readonly kind: 'progress'; readonly progress: Progress };
