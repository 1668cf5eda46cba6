/**
 * When an answer is worth its word. What makes it doubtful is named; where nothing else is left, or the distribution itself
 * does not decide, the answer is withheld. The thresholds were measured: docs/reliability.md, "When it does not answer".
 */

import { MODALITIES, type Estimate, type Modality, type ModalityEstimate } from './estimate';

/** In the order in which they are told. */
export const DOUBTS = [
  'low-confidence',
  'other-words',
  'no-face',
  'poor-light',
  'silence',
  'clipping',
] as const;
export type Doubt = (typeof DOUBTS)[number];

export interface Reliability {
  /** True: not to be shown as an emotion. */
  readonly abstained: boolean;
  /** All that makes it doubtful, in the order of {@link DOUBTS}; not each of them withholds the answer. */
  readonly reasons: readonly Doubt[];
}

/** Of a face's crop, in grey levels of 0..255. */
export interface Light {
  /** Mean. */
  readonly brightness: number;
  /** Standard deviation. */
  readonly contrast: number;
}

/**
 * From chance (0) to certainty (1), where the top label lies: with seven labels, a probability of 0.4. Below it the calibrated
 * answer is wrong about as often as right, or more often, whatever is present.
 */
export const LEAST_CERTAINTY = 0.3;
/** Of what is believed in the labels and the model's own words, the part in the labels: below it another word is likelier than all of them. */
export const LEAST_SHARE = 0.5;
/** Below these, and above the last, an encoder of the face has lost over a sixth of its accuracy (docs/reliability.md). */
export const LEAST_CONTRAST = 8;
export const LEAST_BRIGHTNESS = 16;
export const MOST_BRIGHTNESS = 200;
/** Of the samples that are no silence, how many may be cut off. */
export const MOST_CLIPPED = 0.1;

/** What spoils a modality. */
const SPOILS: Readonly<Partial<Record<Modality, Doubt>>> = { face: 'poor-light', voice: 'clipping' };

/** Whether an answer is withheld: then no label is shown, or written, as one. */
export function isWithheld(estimate: Pick<Estimate, 'reliability'> | null): boolean {
  return estimate?.reliability?.abstained === true;
}

export function isPoorLight({ brightness, contrast }: Light): boolean {
  const flat = contrast < LEAST_CONTRAST;
  return flat || brightness < LEAST_BRIGHTNESS || brightness > MOST_BRIGHTNESS;
}

/** Top probability from chance, 0, to certainty, 1, whatever the number of labels. */
export function certainty(probabilities: readonly number[]): number {
  const chance = 1 / probabilities.length;
  return probabilities.length < 2 ? 1 : (Math.max(...probabilities) - chance) / (1 - chance);
}

/**
 * @param probabilities as they are shown
 * @param found what else is doubtful about the evidence; `low-confidence` is judged anew
 * @param taught whether marks taught what these labels mean: then words that the model prefers by itself do not withhold them
 */
export function reliability(
  probabilities: readonly number[],
  modalities: Readonly<Record<Modality, Pick<ModalityEstimate, 'present'>>>,
  found: readonly Doubt[],
  taught = false,
): Reliability {
  const undecided = certainty(probabilities) < LEAST_CERTAINTY;
  const held = new Set<Doubt>(found.filter((doubt) => doubt !== 'low-confidence'));
  const present = MODALITIES.filter((modality) => modalities[modality].present);
  const sound = present.some((modality) => {
    const spoiled = SPOILS[modality];
    return spoiled === undefined || !held.has(spoiled);
  });
  const reasons = DOUBTS.filter((doubt) => (doubt === 'low-confidence' ? undecided : held.has(doubt)));
  const elsewhere = held.has('other-words') && !taught;
  return { abstained: undecided || elsewhere || !sound, reasons };
}
