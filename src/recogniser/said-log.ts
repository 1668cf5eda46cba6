import type { TimedText } from '../runtime/protocol';

/** What was said of a file over time, as the worker was told. */
export class SaidLog {
  readonly #told: { readonly after: number; readonly texts: readonly TimedText[] }[] = [];

  /** @param after seconds: answers up to there were made without it */
  add(after: number, texts: readonly TimedText[]): void {
    this.#told.push({ after, texts });
  }

  /** For the answer of `time`, seconds. */
  at(time: number): readonly TimedText[] {
    return this.#told.findLast(({ after }) => after < time)?.texts ?? [];
  }
}
