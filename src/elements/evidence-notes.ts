/** Why a modality is not in the estimate, as a sentence's end: the page never leaves a gap unexplained. */

import type { Modality } from '../memobert/estimate';
import type { RecogniserState, TrackStatus } from '../recogniser';
import { strings } from './strings';

type Facts = Pick<RecogniserState, 'phase' | 'conditions' | 'camera' | 'microphone' | 'source' | 'estimate'>;

export function evidenceNotes(state: Facts): Readonly<Partial<Record<Modality, string>>> {
  if (state.phase !== 'listening') return {};
  return { text: strings.evidence.nothingSaid, face: faceNote(state), voice: voiceNote(state) };
}

function faceNote(state: Facts): string {
  const { camera, conditions } = state;
  if (camera !== 'live') return away(camera, state);
  if (conditions.includes('no-picture')) return strings.evidence.noPicture;
  if (conditions.includes('poor-light')) return strings.evidence.poorLight;
  return conditions.includes('no-face') || isRead(state) ? strings.evidence.noFace : strings.evidence.waiting;
}

function voiceNote(state: Facts): string {
  const { microphone, conditions } = state;
  if (microphone !== 'live') return away(microphone, state);
  if (conditions.includes('no-sound')) return strings.evidence.noSound;
  if (conditions.includes('muted')) return strings.evidence.muted;
  return conditions.includes('silence') || isRead(state)
    ? strings.evidence.silence
    : strings.evidence.waiting;
}

/** Nobody switches off what a file or a stream does not have. */
function away(status: Exclude<TrackStatus, 'live'>, { source }: Facts): string {
  const own = status !== 'off' || source === 'devices' ? status : source === 'file' ? 'notInFile' : 'absent';
  return strings.evidence[own];
}

/** A file's moment is answered with all that there is of it. */
function isRead({ source, estimate }: Facts): boolean {
  return source === 'file' && estimate !== null;
}
