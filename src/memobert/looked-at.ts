/** Which seconds an evidence window holds. */

import type { Manifest } from '../runtime/manifest';
import type { Estimate } from './estimate';
import type { TimedWindow } from './evidence';

export function lookedAt(
  { face, voice }: Pick<TimedWindow, 'face' | 'voice'>,
  manifest: Pick<Manifest, 'face' | 'voice'>,
): Estimate['evidence'] {
  return {
    face: { times: face?.times ?? [], each: 1 / manifest.face.rateHz },
    voice: { times: voice?.times ?? [], each: 1 / manifest.voice.tokenRateHz },
  };
}
