/** What the scripts here ask of the page, and the page of its worker. */
import type { DetectedFace } from '../../src/encoders/face/detector';
import type { Framing } from '../../src/encoders/face/framing';

export interface Setup {
  /** Absolute URLs; both folders end with a slash. */
  readonly bundleUrl: string;
  readonly assetBase: string;
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

export type ToHarness =
  | { readonly id: number; readonly setup: Setup }
  | { readonly id: number; readonly url: string; readonly mode: Mode };

export type FromHarness =
  | {
      readonly id: number;
      readonly ok: true;
      readonly value: PictureAnswer | { readonly classes: readonly string[] };
    }
  | { readonly id: number; readonly ok: false; readonly message: string };
