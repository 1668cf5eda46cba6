/** Why a modality is not in the estimate, as a sentence's end: the page never leaves a gap unexplained. */

import type { Modality } from '../memobert/estimate';
import type { RecogniserState, TrackStatus } from '../recogniser';
import { strings } from './strings';

type Facts = Pick<RecogniserState, 'phase' | 'conditions' | 'camera' | 'microphone' | 'source' | 'estimate'>;

export function evidenceNotes(state: Facts): Readonly<Partial<Record<Modality, string>>> {
  if (state.phase !== 'listening') return {};
  return { text: strings.evidence.nothingSaid, face: faceNote(state), voice: voiceNote(state) };
}

function faceNote({ camera, conditions, ...facts }: Facts): string {
  if (camera !== 'live') return away(camera, facts);
  if (conditions.includes('no-picture')) return strings.evidence.noPicture;
  if (conditions.includes('poor-light')) return strings.evidence.poorLight;
  return conditions.includes('no-face') || isRead(facts) ? strings.evidence.noFace : strings.evidence.waiting;
}

function voiceNote({ microphone, conditions, ...facts }: Facts): string {
  if (microphone !== 'live') return away(microphone, facts);
  if (conditions.includes('no-sound')) return strings.evidence.noSound;
  if (conditions.includes('muted')) return strings.evidence.muted;
  return conditions.includes('silence') || isRead(facts)
    ? strings.evidence.silence
    : strings.evidence.waiting;
}

/** Nobody switches off what a file or a stream does not have. */
function away(status: Exclude<TrackStatus, 'live'>, { source }: Pick<Facts, 'source'>): string {
  const { absent, notInFile, ...evidence } = strings.evidence;
  if (status !== 'off' || source === 'devices') return evidence[status];
  return source === 'file' ? notInFile : absent;
}

/** A file's moment is answered with all that there is of it. */
function isRead({ source, estimate }: Pick<Facts, 'source' | 'estimate'>): boolean {
  return source === 'file' && estimate !== null;
}
