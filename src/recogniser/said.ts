/** What was said of a file over time, as the worker was told. Read late, where a moment is gone back to. */

import type { TimedText } from '../runtime/protocol';

export interface Said {
  /** Seconds: answers up to there were made without it. */
  readonly after: number;
  readonly texts: readonly TimedText[];
}

/** @returns for the answer of `time`, seconds */
export function saidAt(all: readonly Said[], time: number): readonly TimedText[] {
  return all.findLast(({ after }) => after < time)?.texts ?? [];
}
