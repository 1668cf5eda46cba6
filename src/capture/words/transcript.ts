/** What a recogniser has said so far: final words stay, interim ones are replaced by what comes next. */

import { MOST_WORDS } from './newest-words';
import { REMEMBERED_SECONDS, type Word } from './word-source';

export class Transcript {
  #final: readonly Word[] = [];
  #interim: readonly Word[] = [];

  /** Oldest first, interim words last. */
  get words(): readonly Word[] {
    return [...this.#final, ...this.#interim];
  }

  /** In place of all interim words so far. */
  guess(words: readonly Word[]): void {
    this.#interim = words;
  }

  /** The guess holds, for nothing takes its place. @returns whether there was one */
  keep(): boolean {
    const kept = this.#interim.map((word) => ({ ...word, final: true }));
    this.settle(kept);
    return kept.length > 0;
  }

  /** The clock went back: what was said after this moment is not on it any more. */
  rewind(seconds: number): void {
    this.#interim = [];
    this.#final = this.#final.filter(({ end }) => end <= seconds);
  }

  /** For good; the interim words were a guess at these. */
  settle(words: readonly Word[]): void {
    this.#interim = [];
    this.#final = [...this.#final, ...words];
    const last = this.#final.at(-1);
    if (last === undefined) return;
    this.#final = this.#final.filter(({ end }) => end > last.end - REMEMBERED_SECONDS).slice(-MOST_WORDS);
  }
}

/** Splits a text into words that share `start` to `end` by their length: for recognisers that give no times. */
export function spread(text: string, start: number, end: number, final: boolean): readonly Word[] {
  const parts = text.split(/\s+/).filter((part) => part !== '');
  const letters = parts.reduce((sum, { length }) => sum + length, 0);
  const last = Math.max(start, end);
  const secondsALetter = letters === 0 ? 0 : (last - start) / letters;
  let at = start;
  return parts.map((part) => {
    const from = at;
    at = Math.min(last, at + part.length * secondsALetter); // a sum of parts may be a little more than the whole
    return { text: part, start: from, end: at, final };
  });
}
