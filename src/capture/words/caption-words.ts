/** The cues of a caption file, told in step with the source's clock; a jump back or forth is followed. */

import { MemoError } from '../../errors';
import { BaseWordSource } from './base-source';
import type { Cue } from './captions';
import { wordsOf } from './cue-words';
import { newestWords, wordsAround } from './newest-words';
import { REMEMBERED_SECONDS, type Word, type WordListeners, type WordScene } from './word-source';

/** Milliseconds between two looks at the clock. */
const LOOK_MS = 200;
/** Cues are told a little before they begin: the evidence takes each word at its own time. */
const AHEAD_SECONDS = 1;

export interface CaptionFile {
  readonly name: string;
  /** BCP 47, empty where it is not known. */
  readonly language: string;
  /** By start. */
  readonly cues: readonly Cue[];
}

export class CaptionWords extends BaseWordSource {
  readonly language: string;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** The cues told last: up to which one, and how many. */
  #told: readonly [number, number] | null = null;
  #near: readonly Word[] = [];
  #last: Word | undefined;

  constructor(
    private readonly file: CaptionFile,
    on: WordListeners,
  ) {
    super(on);
    this.language = file.language;
  }

  advance(seconds: number): void {
    this.#look(seconds);
  }

  protected begin(scene: WordScene): void {
    const look = () => this.#look(scene.now());
    // before anybody is told anything: who hears it may stop this
    if (!scene.stepped) this.#timer = setInterval(look, LOOK_MS);
    this.#checkLength(scene.seconds);
    this.become('listening');
    look();
  }

  protected end(): void {
    clearInterval(this.#timer);
  }

  #look(seconds: number): void {
    const { cues } = this.file;
    const until = firstAfter(cues, seconds + AHEAD_SECONDS);
    // a long cue that began before others may still be said
    const near = cues.slice(0, until).filter(({ endTime }) => endTime > seconds - REMEMBERED_SECONDS);
    const same = this.#told !== null && this.#told[0] === until && this.#told[1] === near.length;
    if (!same) this.#near = newestWords(near, wordsOf);
    const words = wordsAround(this.#near, seconds + AHEAD_SECONDS);
    const last = words.at(-1);
    if (same && last === this.#last) return;
    this.#told = [until, near.length];
    this.#last = last;
    this.tell(words);
  }

  /** Cues of another cut of the film: those within are used all the same. */
  #checkLength(seconds: number | null): void {
    if (seconds === null) return;
    const { cues, name } = this.file;
    const inside = firstAfter(cues, seconds);
    const first = cues[inside];
    if (first === undefined) return;
    this.warn(
      new MemoError(
        'captions-beyond-end',
        `${cues.length - inside} of the ${cues.length} cues of ${name} begin after the end of the media ` +
          `(${seconds.toFixed(1)} s), the first at ${first.startTime.toFixed(1)} s: they are never reached.`,
        'Check that captions and media belong together.',
      ),
    );
  }
}

/** Index of the first cue that begins after `seconds`. */
function firstAfter(cues: readonly Cue[], seconds: number): number {
  let low = 0;
  let high = cues.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cues[middle]?.startTime ?? 0) <= seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}
