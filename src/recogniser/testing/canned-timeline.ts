/** A timeline of a few estimates with a gap, a stretch without a face and one in silence. */

import type { Estimate } from '../../memobert/estimate';
import type { Timeline } from '../timeline';
import { estimateAt } from './fake-client';

const FACE = {
  box: { x: 10, y: 20, width: 30, height: 40 },
  score: 0.9,
  followed: true,
  expression: null,
} as const;

/** @param happy probability of the first of two labels */
export function estimated(time: number, happy: number, { face = true, voice = true } = {}): Estimate {
  const probabilities = [happy, 1 - happy];
  const modality = (present: boolean) => ({
    present,
    probabilities: present ? probabilities : null,
    contribution: present ? 0.25 : 0,
  });
  return {
    ...estimateAt(time),
    probabilities,
    words: [{ word: 'glad', probability: 0.5 }],
    modalities: { text: modality(false), face: modality(face), voice: modality(voice) },
    faces: face ? [FACE] : [],
  };
}

/** The same estimate, not to be shown as an emotion. */
export function withheld(estimate: Estimate): Estimate {
  return { ...estimate, reliability: { abstained: true, reasons: ['low-confidence'] } };
}

/** 10 s: happy, sad, a gap from 4 s to 7 s, then no face and silence, and silence alone at the end. */
export const CANNED_TIMELINE: Timeline = {
  name: 'a & "b".webm',
  seconds: 10,
  reached: 10,
  prompt: 'I am [MASK].',
  labels: ['happy', 'sad'],
  given: { face: true, voice: true },
  estimates: [
    estimated(0.5, 0.9),
    estimated(1, 0.7),
    estimated(1.5, 0.2),
    estimated(2.25, 0.4),
    estimated(3, 0.1),
    estimated(7, 0.6, { face: false, voice: false }),
    estimated(7.5, 0.6, { voice: false }),
    estimated(8.5, 0.6, { voice: false }),
    estimated(9.5, 0.6, { voice: false }),
  ],
};
