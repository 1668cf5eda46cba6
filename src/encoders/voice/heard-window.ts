/** A window of what was heard, as the voice's graphs see it. */

import type { Graph } from '../../runtime/graph';
import { expectNumbers } from '../../runtime/graph-output';

/** `transformers.Wav2Vec2FeatureExtractor.zero_mean_unit_var_norm`. */
const VARIANCE_FLOOR = 1e-7;

/** Samples at the end of the stream, by their index in it. */
export interface Heard {
  /** Index of the first of `samples`. */
  readonly start: number;
  readonly samples: Float32Array;
  /** Index of the stream's first sample: before it nothing was heard. At most `start`. */
  readonly origin: number;
}

export interface EncodedWindow {
  /** Row-major [tokens, featureSize]. */
  readonly features: Float32Array;
  /** The encoder's own, over the default labels; null where the bundle's has none. */
  readonly logits: Float32Array | null;
  /** Index of the window's first sample; before the stream's first where the window is not full. */
  readonly start: number;
}

/** Encodes the window that ends with what was heard last. */
export interface WindowEncoder {
  /** Samples that it wants to see: the window, and what it may lie behind. */
  readonly samples: number;
  /** One call at a time. */
  encode(heard: Heard): Promise<EncodedWindow>;
}

/**
 * @param graph name for the message
 * @returns null where a bundle's voice has no classifier
 * @throws MemoError `graph-invalid` when they are no numbers
 */
export function ownLogits({ logits }: Awaited<ReturnType<Graph['run']>>, graph: string): Float32Array | null {
  if (logits?.type !== 'float32') return null;
  expectNumbers(logits.data, 'logits', graph);
  return logits.data;
}

/** What a window is normalised by. */
export interface Level {
  readonly mean: number;
  readonly deviation: number;
}

/** @param centred behind a high pass: the mean is 0 by it, and what is left of it in one window is none of an offset */
export function levelOf(samples: Float32Array, centred = false): Level {
  let mean = 0;
  if (!centred) for (const sample of samples) mean += sample / samples.length;
  let variance = 0;
  for (const sample of samples) variance += (sample - mean) ** 2 / samples.length;
  return { mean, deviation: Math.sqrt(variance + VARIANCE_FLOOR) };
}
