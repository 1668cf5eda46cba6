/** The one answer object: the same in the element's event, the headless API and the exports. */

import type { Reliability } from './reliability';

export const MODALITIES = ['text', 'face', 'voice'] as const;
export type Modality = (typeof MODALITIES)[number];

/** In pixels of the source frame. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One face in one frame. */
export interface Face {
  readonly box: Box;
  /** Detector's score, 0 to 1. */
  readonly score: number;
  /** True for the face whose expression goes into the estimate. */
  readonly followed: boolean;
  /** DenseFace's own distribution over the manifest's `face.classes`; null for a face not followed. */
  readonly expression: readonly number[] | null;
}

export interface ModalityEstimate {
  readonly present: boolean;
  /** What this modality alone says, over `labels`; null when it is not present. */
  readonly probabilities: readonly number[] | null;
  /**
   * What leaving it out changes: total variation distance to the estimate, 0 to 1; 0 when not present. On WebAssembly, with all three
   * present, it is asked anew with every third estimate, and is the last one's in between.
   */
  readonly contribution: number;
}

export interface WordProbability {
  readonly word: string;
  readonly probability: number;
}

/** Which seconds of one modality were given to the model; what lies between them was not: no face, silence, or a rate too low. */
export interface LookedAt {
  /** Seconds on the source's clock at which each face frame or voice token begins, oldest first; empty when not present. */
  readonly times: readonly number[];
  /** Seconds that each stands for. */
  readonly each: number;
}

export const BACKEND_NAMES = ['webgpu', 'wasm'] as const;
export type Backend = (typeof BACKEND_NAMES)[number];

export interface Estimate {
  /** Seconds on the source's clock. */
  readonly time: number;
  /** Seconds from one answer to the next when it came; missing of a text alone, and in what versions before 0.2 saved. */
  readonly interval?: number;
  /** That it answers, with `[MASK]`; missing of a provisional one, and in what versions before 0.2 saved. */
  readonly prompt?: string;
  /** Label ids, in the manifest's order. */
  readonly labels: readonly string[];
  /** Over `labels`; sums to 1. */
  readonly probabilities: readonly number[];
  /**
   * There while MEmoBERT is still loading: the encoders of face and voice alone, averaged. Shown as `state.estimate`, and in no event,
   * timeline or export.
   */
  readonly provisional?: true;
  /** What the model itself said, where an adaptation or smoothing changed `probabilities`; else not there. */
  readonly unadapted?: readonly number[];
  /** The most likely words of the whole vocabulary at the mask. */
  readonly words: readonly WordProbability[];
  readonly modalities: Readonly<Record<Modality, ModalityEstimate>>;
  /** The seconds that were looked at. */
  readonly evidence: { readonly face: LookedAt; readonly voice: LookedAt };
  readonly faces: readonly Face[];
  /** Whether the answer is worth its word, and what is doubtful about it; missing in what versions before 0.2 saved. */
  readonly reliability?: Reliability;
  /** Milliseconds of the last run of each stage. */
  readonly latency: Readonly<Partial<Record<Stage, number>>>;
  readonly backend: Backend;
}

export const STAGES = ['detect', 'crop', 'expression', 'speech-gate', 'voice', 'fusion'] as const;
export type Stage = (typeof STAGES)[number];
