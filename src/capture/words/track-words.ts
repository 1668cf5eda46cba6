/**
 * A `<track>` of media that the page plays itself: the browser loads it and says which cues are on. The media may be paused,
 * sought or slowed down, so each cue is put on the source's clock when it comes up. Of a file that is read, the cues are its own.
 */

import { MemoError } from '../../errors';
import { BaseWordSource } from './base-source';
import type { Cue } from './captions';
import { unrolled, wordsOf } from './cue-words';
import { MOST_WORDS, newestWords, wordsAround } from './newest-words';
import { Transcript } from './transcript';
import { REMEMBERED_SECONDS, type Word, type WordListeners, type WordScene } from './word-source';

export class TrackWords extends BaseWordSource {
  readonly language: string;
  readonly #transcript = new Transcript();
  readonly #leave = new AbortController();
  /** Told already, while they stay on. */
  #on: ReadonlySet<TextTrackCue> = new Set();
  #near: readonly Word[] = [];
  #last: Word | undefined;
  #modeBefore: TextTrackMode | null = null;

  /** @param element in a `<video>` or `<audio>`; what it shows on the picture stays as the page wants it */
  constructor(
    private readonly element: HTMLTrackElement,
    on: WordListeners,
  ) {
    super(on);
    this.language = element.srclang;
  }

  /** Nothing is shown of a file that is read: its times count, not what is on. */
  advance(seconds: number): void {
    const near = [...(this.element.track.cues ?? [])].filter(
      ({ startTime, endTime }) => startTime <= seconds && endTime > seconds - REMEMBERED_SECONDS,
    );
    const same = near.length === this.#on.size && near.every((cue) => this.#on.has(cue));
    if (!same) this.#near = newestWords(unrolled(near.slice(-MOST_WORDS).map(cueOf)), wordsOf);
    const words = wordsAround(this.#near, seconds);
    const last = words.at(-1);
    if (same && last === this.#last) return;
    this.#on = new Set(near);
    this.#last = last;
    this.tell(words);
  }

  protected begin(scene: WordScene): void {
    const { element } = this;
    const { signal } = this.#leave;
    const media = element.parentElement;
    if (!(media instanceof HTMLMediaElement)) {
      this.fail(
        unreachable('the <track> is in no <video> or <audio>', 'Put it into the media that is played.'),
      );
      return;
    }
    const { track } = element;
    element.addEventListener('load', () => this.become('listening'), { signal });
    element.addEventListener('error', () => this.#refuse(), { signal });
    const take = () => {
      if (!scene.stepped) this.#take(scene.now(), media.currentTime);
    };
    track.addEventListener('cuechange', take, { signal });
    this.#modeBefore = track.mode;
    if (track.mode === 'disabled') track.mode = 'hidden'; // it is loaded from here on
    // only now: who hears it may stop this
    this.become('starting');
    if (element.readyState === HTMLTrackElement.ERROR) this.#refuse();
    else if (element.readyState === HTMLTrackElement.LOADED) {
      this.become('listening');
      take();
    }
  }

  protected end(): void {
    this.#leave.abort();
    if (this.#modeBefore === 'disabled') this.element.track.mode = 'disabled';
  }

  /** @param now seconds on the source's clock; `mediaTime` is that of the media */
  #take(now: number, mediaTime: number): void {
    const active = new Set(this.element.track.activeCues ?? []);
    const fresh = [...active].filter((cue) => !this.#on.has(cue));
    this.#on = active;
    if (fresh.length === 0) return;
    const all = [...(this.element.track.cues ?? [])];
    const words = newestWords(fresh, (cue) => wordsAt(cue, all, now - mediaTime));
    this.#transcript.settle(wordsAround(words, now));
    this.tell(this.#transcript.words);
  }

  #refuse(): void {
    const { src } = this.element;
    this.fail(
      unreachable(
        src === '' ? 'the <track> names no file' : `${src} could not be fetched or is no WebVTT file`,
        "Check the track's address; captions of another origin need its consent (CORS) and the page's.",
      ),
    );
  }
}

/** @param all of the track, by start. @param offset what the source's clock is ahead of the media's, seconds */
function wordsAt(cue: TextTrackCue, all: readonly TextTrackCue[], offset: number): readonly Word[] {
  const before = all[all.indexOf(cue) - 1];
  const own = before === undefined ? [cueOf(cue)] : unrolled([cueOf(before), cueOf(cue)]).slice(1);
  return own
    .flatMap(wordsOf)
    .map((word) => ({ ...word, start: word.start + offset, end: word.end + offset }));
}

function cueOf(cue: TextTrackCue): Cue {
  const { startTime, endTime } = cue;
  return { startTime, endTime, text: 'text' in cue && typeof cue.text === 'string' ? cue.text : '' };
}

function unreachable(what: string, cure: string): MemoError {
  return new MemoError('captions-unreachable', `The captions cannot be used: ${what}.`, cure);
}
