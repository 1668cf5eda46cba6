import type { RecogniserState } from '../recogniser';
import { loadTimeline } from './load-apart';

type Shown = Pick<RecogniserState, 'timeline' | 'media'>;

/** There is something to show over time: of a file at once, of devices after their first answer, which must not wait for it. */
export function showsTime({ timeline, media }: Shown): boolean {
  return timeline !== null && (media !== null || timeline.estimates.length > 0);
}

/** Fetches what shows time, once a run. States share their timeline, so that two of them do not tell when its first answer came. */
export class TimelineFetch {
  #asked = false;

  constructor(private readonly load: () => Promise<unknown> = loadTimeline) {}

  see(state: Shown): void {
    const wanted = showsTime(state);
    // offline: the next run tries again
    if (wanted && !this.#asked) void this.load().catch(() => undefined);
    this.#asked = wanted;
  }
}
