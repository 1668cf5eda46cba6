import type { Estimate } from '../memobert/estimate';
import type { FaceChoice } from './chosen-faces';
import { lasting } from './lasting';
import { SaidLog } from './said-log';
import type { Given, Off, Timeline } from './timeline';

/** Estimates beyond this are dropped, oldest first, from a live source: about an hour of 4 a second. */
const MOST_LIVE = 14_400;

/** Writes a timeline down as it comes; each look at it is a new object over the same list. */
export class Recorder {
  #estimates: Estimate[] = [];
  #reached = 0;
  readonly #words = new Map<string, string>();
  /** What a file's estimates were told of words. */
  readonly said = new SaidLog();
  #about: Omit<Timeline, 'estimates' | 'reached'>;
  #off: readonly Off[] = [];

  /** @param choices whom to follow in the file */
  constructor(
    about: Omit<Timeline, 'estimates' | 'reached'>,
    readonly choices: readonly FaceChoice[] = [],
  ) {
    this.#about = about;
    this.give(about.given, 0);
  }

  /** @param time from which on this is given, seconds */
  give(now: Given, time: number): void {
    const { given } = this.#about;
    this.#about = {
      ...this.#about,
      given: { face: given.face || now.face, voice: given.voice || now.voice },
    };
    for (const modality of ['face', 'voice'] as const) {
      const lasts = (off: Off) => off.modality === modality && off.end === undefined;
      if (now[modality]) this.#off = this.#off.map((off) => (lasts(off) ? { ...off, end: time } : off));
      else if (!this.#off.some(lasts)) this.#off = [...this.#off, { modality, start: time }];
    }
  }

  /**
   * @param reached seconds; also where there was no estimate
   * @param prompt that the estimate answers
   */
  add(estimate: Estimate | null, reached: number, prompt: string): void {
    this.#reached = Math.max(this.#reached, reached);
    if (estimate === null) return;
    const { labels } = this.#about;
    if (prompt !== this.#about.prompt || estimate.labels.join() !== labels.join()) {
      // asked otherwise from here on: the bands before mean nothing beside these
      this.#estimates = [];
      this.#about = { ...this.#about, prompt, labels: estimate.labels };
    }
    // one list of labels for all, not one each
    this.#estimates.push({ ...lasting(estimate, this.#words), labels: this.#about.labels });
    if (this.#about.seconds === null && this.#estimates.length > MOST_LIVE) {
      this.#estimates = this.#estimates.slice(MOST_LIVE / 10);
    }
  }

  /** Every estimate anew: an adaptation came, changed or went. */
  rewrite(change: (estimate: Estimate) => Estimate): void {
    this.#estimates = this.#estimates.map(change);
  }

  get timeline(): Timeline {
    const off = this.#off.filter(({ modality }) => this.#about.given[modality]);
    return {
      ...this.#about,
      ...(off.length > 0 && { off }),
      ...{ reached: this.#reached, estimates: this.#estimates },
    };
  }
}
