/**
 * What the page and the inference worker say to each other: `kind` -> request, answer.
 * Every request is answered once, in order of completion; `progress` alone arrives unasked.
 * One worker serves several recognisers: the model is theirs together, each has a session with evidence and prompt of its own.
 */

import type { TimedText } from '../capture/words/timed-text';
import type { SerialisedError } from '../errors';
import type { Backend, Box, Estimate, Face, Stage } from '../memobert/estimate';
import type { Filling, Masks, Moment } from '../memobert/moment';
import type { Light } from '../memobert/reliability';
import type { ByRole } from './graph-plan';
import type { EarlyRole, GraphName, Manifest, Precision } from './manifest';
import type { Progress } from './progress';

export type { TimedText };

export type DeviceWish = 'auto' | Backend;

export interface EngineOptions {
  /** Absolute URL of `manifest.json`. */
  readonly manifestUrl: string;
  /** Of the manifest, as Subresource Integrity writes it; another origin's bundle is not loaded without. */
  readonly integrity?: string | null;
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
  readonly graphs: ByRole<GraphReport>;
  /** Why no face can be found here: no WebGL in workers. Voice and words go on; missing where faces are found. */
  readonly noFaces?: SerialisedError;
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
  /** On the followed face; missing without one. */
  readonly light?: Light;
  /** Where the followed face was cut out: with `gpu` its frame never came to the CPU for it; missing without one. */
  readonly croppedOn?: 'gpu' | 'cpu';
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
  /** Of what was audible in the window, the share that was cut off at full scale, 0 to 1. */
  readonly clipped: number;
  readonly latency: Readonly<Partial<Record<Stage, number>>>;
}

/** Buffers of the GPU that are held, ours and ONNX Runtime's. */
export interface GpuBufferCount {
  readonly buffers: number;
  readonly bytes: number;
}

/** What stands in the mask's sentence, and which words are weighed there. */
export interface Prompting {
  /** Contains `[MASK]` exactly once; null: the bundle's. */
  readonly prompt: string | null;
  /** Single words of the vocabulary; null: the bundle's labels. */
  readonly labels: readonly string[] | null;
}

export interface Requests {
  /** Sessions of one worker share one load. */
  load: { request: EngineOptions; answer: { manifest: Manifest; backend: BackendReport } };
  /**
   * Answered when that part of the load under way can be used, before all of it can: the face first, then the voice. Rejects where
   * the load does.
   */
  part: { request: { role: EarlyRole }; answer: { manifest: Manifest; backend: BackendReport } };
  /** The frame is transferred, and closed by the worker. */
  face: { request: { frame: VideoFrame | ImageBitmap; time: number }; answer: FaceAnswer };
  /** Mono samples, any rate; transferred. `time` is that of the first sample. */
  samples: {
    request: { samples: Float32Array<ArrayBuffer>; sampleRateHz: number; time: number };
    answer: Record<string, never>;
  };
  /** Encodes the last window of what was heard. */
  voice: { request: { time: number }; answer: VoiceAnswer };
  text: { request: { texts: readonly TimedText[] }; answer: Record<string, never> };
  /** Null when there is no evidence at all; `provisional` until the load is whole. */
  estimate: { request: { time: number }; answer: Estimate | null };
  /** Holds from the next estimate on; when it is refused, what held before holds. The answer: what holds, labels by id. */
  prompt: {
    request: Prompting;
    answer: { readonly prompt: string; readonly labels: readonly string[] };
  };
  /** Freezes what the last estimate was made of, for `fill`; a newer one replaces it, a reset does not. */
  moment: { request: Record<string, never>; answer: Moment };
  /** What the model fills in where parts of the frozen moment are masked. */
  fill: { request: { masks: Masks }; answer: Filling };
  /** Of several faces, the one at this box (pixels of the frame) is followed from the next frame on. */
  follow: { request: { box: Box }; answer: Record<string, never> };
  /** What the worker holds that the browser's own measures do not tell: buffers of the GPU, of all sessions; null without one. */
  memory: { request: Record<string, never>; answer: { readonly gpu: GpuBufferCount | null } };
  /** Forgets the sound that was heard; what was made of it stays, so that the last moment can still be taken. */
  forget: { request: Record<string, never>; answer: Record<string, never> };
  /** Forgets all evidence; prompt, labels and model stay. */
  reset: { request: Record<string, never>; answer: Record<string, never> };
  /** Ends the session; the model stays. */
  release: { request: Record<string, never>; answer: Record<string, never> };
}

export type RequestKind = keyof Requests;

export type ToWorker = {
  [K in RequestKind]: {
    readonly id: number;
    readonly session: number;
    readonly kind: K;
    readonly body: Requests[K]['request'];
  };
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
