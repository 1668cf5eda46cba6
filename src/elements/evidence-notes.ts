/** Why a modality is not in the estimate, as a sentence's end: the page never leaves a gap unexplained. */

import type { Modality } from '../memobert/estimate';
import type { RecogniserState } from '../recogniser';
import { strings } from './strings';

type Facts = Pick<RecogniserState, 'phase' | 'conditions' | 'camera' | 'microphone' | 'source' | 'text'>;

export function evidenceNotes(state: Facts): Readonly<Partial<Record<Modality, string>>> {
  if (state.phase !== 'listening') return {};
  return { text: strings.evidence.nothingSaid, face: faceNote(state), voice: voiceNote(state) };
}

function faceNote({ camera, conditions }: Facts): string {
  if (camera !== 'live') return strings.evidence[camera];
  if (conditions.includes('no-picture')) return strings.evidence.noPicture;
  if (conditions.includes('poor-light')) return strings.evidence.poorLight;
  return conditions.includes('no-face') ? strings.evidence.noFace : strings.evidence.waiting;
}

function voiceNote({ microphone, conditions }: Facts): string {
  if (microphone !== 'live') return strings.evidence[microphone];
  if (conditions.includes('no-sound')) return strings.evidence.noSound;
  if (conditions.includes('muted')) return strings.evidence.muted;
  return conditions.includes('silence') ? strings.evidence.silence : strings.evidence.waiting;
}
