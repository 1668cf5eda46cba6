import type { TimedText } from '../runtime/protocol';

/** What was said of a file over time, as the worker was told: words are kept as they came, for most are told again and again. */
export class SaidLog {
  /** @param told one for each answer at most */
  constructor(
    private readonly told: { readonly after: number; readonly texts: readonly TimedText[] }[] = [],
  ) {}

  /** @param after seconds: answers up to there were made without it */
  add(after: number, texts: readonly TimedText[]): void {
    // no answer was made of what is followed at once
    if (this.told.at(-1)?.after === after) this.told.pop();
    this.told.push({ after, texts });
  }

  /** For the answer of `time`, seconds. */
  at(time: number): readonly TimedText[] {
    return this.told.findLast(({ after }) => after < time)?.texts ?? [];
  }
}
