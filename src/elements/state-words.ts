/** What the status shows and a screen reader is told alike. */

import type { Condition, Phase } from '../recogniser';
import { strings } from './strings';

export function phaseWords(phase: Phase, ofFile: boolean): string {
  return phase === 'listening' && ofFile ? strings.status.analysing : strings.phases[phase];
}

/** "Still working" is wrong while a load waits. */
export function worthSaying(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.filter(
    (condition) => condition !== 'offline' || !conditions.includes('awaiting-network'),
  );
}
