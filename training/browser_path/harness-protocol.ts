/** What the scripts here ask of the page, and the page of its worker. */
import type { DetectedFace } from '../../src/encoders/face/detector';
import type { Framing } from '../../src/encoders/face/framing';
import type { FaceGraphName } from '../../src/runtime/manifest';

export interface Setup {
  readonly part: 'face' | 'voice';
  /** Absolute URLs; both folders end with a slash. */
  readonly bundleUrl: string;
  readonly assetBase: string;
  /** Instead of the graph that the manifest names for wasm. */
  readonly faceGraph?: FaceGraphName;
}

/** The classes of the answers, in their order, and which graphs ran. */
export interface About {
  readonly classes: readonly string[];
  readonly graphs: readonly string[];
}

/**
 * `path`: FaceEncoder on a VideoFrame, as the page runs it. `whole`: no detector, the picture is the crop already.
 * `framings`: one detection, then a crop and an answer for each framing.
 */
export type Mode =
  | { readonly kind: 'path' }
  | { readonly kind: 'whole' }
  | { readonly kind: 'framings'; readonly framings: readonly Framing[] };

export interface PictureAnswer {
  /** Null when the detector found none, or for `whole`. */
  readonly face: DetectedFace | null;
  readonly count: number;
  /** Over the manifest's classes: one for `path` and `whole`, one per framing for `framings`; empty without a face. */
  readonly probabilities: readonly (readonly number[])[];
  readonly latencyMs: Readonly<Record<string, number>>;
}

/** A clip as `make-ravdess-wavs.py` writes it. */
export interface Clip {
  /** The sound at a microphone's rate: WAV, mono, 32 bit float. */
  readonly waveUrl: string;
  /** The window that the trainer's `place` made of the clip: float32, little-endian. */
  readonly rawUrl: string;
  /** Of that window, samples at its end that are not padding. */
  readonly heardSamples: number;
  /** Seconds of the clip at which that window ends. */
  readonly windowEndS: number;
}

/** Over the manifest's labels; null where no speech was heard. */
export interface VoiceReading {
  /** The voice encoder's own logits; null as well where it has none. */
  readonly encoder: readonly number[] | null;
  /** MEmoBERT's answer from the voice tokens alone: what the page shows. */
  readonly fusion: readonly number[] | null;
  readonly tokens: number;
}

export interface ClipAnswer {
  /** The graphs alone, on the trainer's window. */
  readonly raw: VoiceReading;
  /** The page's path on the very window that the trainer has: 2 ms later, when the resampler has settled it. */
  readonly path: VoiceReading;
  /** The page's path at the moment when the clip has ended: its window is the clip's last part, but for 2 ms. */
  readonly end: VoiceReading;
}

export type Answer = About | PictureAnswer | ClipAnswer;

export type ToHarness =
  | { readonly id: number; readonly setup: Setup }
  | { readonly id: number; readonly url: string; readonly mode: Mode }
  | { readonly id: number; readonly clip: Clip };

export type FromHarness =
  | { readonly id: number; readonly ok: true; readonly value: Answer }
  | { readonly id: number; readonly ok: false; readonly message: string };
