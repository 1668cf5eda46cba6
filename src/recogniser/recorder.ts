import type { Estimate } from '../memobert/estimate';
import type { TimedText } from '../runtime/protocol';
import type { AnalysisSteps } from './analysis';
import type { FaceChoice } from './chosen-faces';
import { lasting } from './lasting';
import type { Said } from './said';
import { holdOf, type Given, type GivenFrom, type Timeline } from './timeline';

/** Estimates beyond this are dropped, oldest first, from a live source: about an hour of 4 a second. */
const MOST_LIVE = 14_400;

/** Writes a timeline down as it comes; each look at it is a new object over the same list. */
export class Recorder {
  #estimates: Estimate[] = [];
  #reached = 0;
  /** Of the last that was dropped for being too many, seconds. */
  #from: number | undefined;
  readonly #words = new Map<string, string>();
  /** What a file's estimates were told of words: as they came, for most are told again and again. */
  readonly said: Said[] = [];
  #about: Omit<Timeline, 'estimates' | 'reached'>;
  #given: readonly GivenFrom[];
  /** Seconds to which the last answer stands, of what goes by itself. */
  #until = Infinity;

  /**
   * @param choices whom to follow in the file
   * @param steps by which it is looked at; what is set later is of the next run
   */
  constructor(
    about: Omit<Timeline, 'estimates' | 'reached'>,
    readonly choices: readonly FaceChoice[] = [],
    readonly steps: AnalysisSteps | null = null,
  ) {
    this.#about = about;
    this.#given = [{ ...about.given, from: 0 }];
  }

  /** @param from seconds */
  give({ face, voice }: Given, from: number): void {
    const last = this.#given.at(-1);
    if (last?.face === face && last.voice === voice) return;
    this.#given = [...this.#given, { face, voice, from }];
    const { given } = this.#about;
    this.#about = { ...this.#about, given: { face: given.face || face, voice: given.voice || voice } };
  }

  /** To the answers to come. */
  say(texts: readonly TimedText[]): void {
    // no answer was made of what is followed at once
    if (this.said.at(-1)?.after === this.#reached) this.said.pop();
    this.said.push({ after: this.#reached, texts });
  }

  /**
   * @param reached seconds; also where there was no estimate
   * @param prompt that the estimate answers
   * @param gives what there was to look at, of what goes by itself: else all of it was looked at
   */
  add(estimate: Estimate | null, reached: number, prompt: string, gives?: Given): void {
    if (reached < this.#reached) {
      // a clock that went back: what lies before would claim the same seconds
      this.#estimates = [];
      this.#from = 0;
      this.#given = this.#given.slice(-1).map((given) => ({ ...given, from: 0 }));
    }
    const last = this.#estimates.at(-1);
    // of what was pushed last, while nothing more is: one answer of a moment
    if (estimate?.time === last?.time) this.#estimates.pop();
    if (reached > this.#until) {
      // nobody has looked since the last answer stood no longer, whatever devices did
      this.#given = this.#given.filter(({ from }) => from < this.#until);
      this.give({ face: false, voice: false }, this.#until);
    }
    if (gives) {
      const { given } = this.#about;
      this.give({ face: given.face && gives.face, voice: given.voice && gives.voice }, reached);
      this.#until = reached + holdOf(estimate ?? last ?? {});
    }
    this.#reached = reached;
    if (estimate === null) return;
    const { labels } = this.#about;
    if (prompt !== this.#about.prompt || estimate.labels.join() !== labels.join()) {
      // asked otherwise from here on: the bands before mean nothing beside these
      this.#estimates = [];
      this.#about = { ...this.#about, prompt, labels: estimate.labels };
    }
    // one list of labels for all, not one each
    this.#estimates.push({ ...lasting(estimate, this.#words), labels: this.#about.labels });
    if (this.#about.name === null && this.#estimates.length > MOST_LIVE) {
      this.#from = this.#estimates[MOST_LIVE / 10 - 1]?.time;
      this.#estimates = this.#estimates.slice(MOST_LIVE / 10);
    }
  }

  /** Of what goes by itself: it reaches to where it was stopped, and what was not looked at since the last answer is a gap. */
  end(now: number): Timeline {
    this.add(null, Math.max(this.#reached, now), '');
    return this.timeline;
  }

  /** Every estimate anew: an adaptation came, changed or went. */
  rewrite(change: (estimate: Estimate) => Estimate): void {
    this.#estimates = this.#estimates.map(change);
  }

  get timeline(): Timeline {
    const about = {
      ...this.#about,
      from: this.#from,
      reached: this.#reached,
      estimates: this.#estimates,
    };
    return this.#given.length === 1 ? about : { ...about, givenFrom: this.#given };
  }
}
