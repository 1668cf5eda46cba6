import type { EvidenceWindow } from '../evidence';

/** Features of a window whose faces lie in memory; empty without a face. */
export function faceData({ face }: Pick<EvidenceWindow, 'face'>): Float32Array {
  if (face === null) return new Float32Array(0);
  if ('data' in face) return face.data;
  throw new TypeError('the faces are on a GPU');
}
