/** What the status shows and a screen reader is told alike. */

import type { Condition, RecogniserState } from '../recogniser';
import { strings } from './strings';

export function phaseWords({ phase, source }: Pick<RecogniserState, 'phase' | 'source'>): string {
  return phase === 'listening' && source === 'file' ? strings.status.analysing : strings.phases[phase];
}

/** "Still working" is wrong while a load waits. */
export function worthSaying(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.filter(
    (condition) => condition !== 'offline' || !conditions.includes('awaiting-network'),
  );
}
