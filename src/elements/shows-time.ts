import type { RecogniserState } from '../recogniser';
import { loadTimeline } from './load-apart';

/** Fetches what shows time and pace, once a run: with its first answer, be it that there is none yet. The first estimate must not wait for it. */
export class TimelineFetch {
  #asked = false;

  constructor(private readonly load: () => Promise<unknown> = loadTimeline) {}

  see({ timeline, estimate }: Pick<RecogniserState, 'timeline' | 'estimate'>): void {
    const wanted = timeline !== null || (estimate !== null && estimate.provisional !== true);
    // offline: the next run tries again
    if (wanted && !this.#asked) void this.load().catch(() => undefined);
    this.#asked = wanted;
  }
}
