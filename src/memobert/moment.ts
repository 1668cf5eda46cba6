/** A moment of evidence that was frozen, what of it is hidden, and what the model fills in there. */

import { MemoError } from '../errors';
import type { LookedAt, WordProbability } from './estimate';

/** What can be hidden of a moment; its features stay in the worker. */
export interface Moment {
  /** Seconds on the source's clock. */
  readonly time: number;
  /** As the model reads them: lower case, whole words, marks on their own. */
  readonly words: readonly string[];
  readonly face: LookedAt & {
    /** DenseFace's own distribution over the manifest's `face.classes`, of each frame; null where it was not told. */
    readonly expressions: readonly (readonly number[] | null)[];
  };
  readonly voice: LookedAt;
  /** Whether the bundle has what fills in faces and voice; words are filled in by every bundle. */
  readonly heads: boolean;
}

/** Indices into a {@link Moment}'s `words`, `face.times` and `voice.times`. */
export interface Masks {
  readonly words: readonly number[];
  readonly faces: readonly number[];
  readonly voice: readonly number[];
}

export const NO_MASKS: Masks = { words: [], faces: [], voice: [] };

/** WWMLM: one masked piece of a word. */
export interface FilledPiece {
  /** What stood there. */
  readonly given: string;
  /** Its probability over the whole vocabulary. */
  readonly probability: number;
  /** The five likeliest pieces, highest first. */
  readonly guesses: readonly WordProbability[];
}

export interface FilledWord {
  /** Its place among the moment's words. */
  readonly index: number;
  /** One, or those that the word is split into. */
  readonly pieces: readonly FilledPiece[];
}

/** How near the features filled in are to those that were hidden (MVFR, MAFR). */
export interface FeatureError {
  /** Root mean square over all masked features, in the encoder's own units. */
  readonly error: number;
  /** The same of what the model says when it is shown nothing at all. */
  readonly blind: number;
  /** Share of the blind squared error that the rest of the evidence removes: 1 is exact, 0 no better than blind, below 0 worse. */
  readonly explained: number;
}

/** MVFR and MVFC of the masked faces. */
export interface FilledFace extends FeatureError {
  readonly frames: number;
  /** The manifest's `face.classes`. */
  readonly classes: readonly string[];
  /** What the model says of the hidden faces, their mean; sums to 1. */
  readonly guessed: readonly number[];
  /** What DenseFace, which saw them, says, their mean; null where it was not told. */
  readonly own: readonly number[] | null;
  /** Mean Kullback-Leibler divergence of `guessed` from `own`, nats, face by face; null as `own`. */
  readonly divergence: number | null;
  /** Share of the faces whose likeliest class is the same; null as `own`. */
  readonly agreement: number | null;
}

/** MAFR of the masked voice. */
export interface FilledVoice extends FeatureError {
  readonly tokens: number;
}

export interface Filling {
  readonly masks: Masks;
  readonly words: readonly FilledWord[];
  /** Null where no face is masked, or the bundle has no heads. */
  readonly face: FilledFace | null;
  readonly voice: FilledVoice | null;
  /** What is read at the prompt's mask: of the whole moment, and with the masked parts hidden. */
  readonly answer: {
    readonly labels: readonly string[];
    readonly whole: readonly number[];
    readonly masked: readonly number[];
  };
}

/** Nothing has been taken, or there is nothing to take. */
export function momentMissing(): MemoError {
  return new MemoError(
    'moment-missing',
    'There is no moment: nothing has been estimated yet, or none was taken.',
    'Start the camera, the microphone or the actor, or type a sentence, then take the moment.',
  );
}
