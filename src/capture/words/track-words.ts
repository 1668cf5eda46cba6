/**
 * A `<track>` of media that the page plays itself: the browser loads it and says which cues are on. The media may be paused,
 * sought or slowed down, so each cue is put on the source's clock when it comes up. Of a file that is read, the cues are its own.
 */

import { MemoError } from '../../errors';
import { BaseWordSource } from './base-source';
import type { Cue } from './captions';
import { unrolled, wordsOf } from './cue-words';
import { Transcript } from './transcript';
import { REMEMBERED_SECONDS, type Word, type WordListeners, type WordScene } from './word-source';

export class TrackWords extends BaseWordSource {
  readonly kind = 'captions';
  readonly language: string;
  readonly #transcript = new Transcript();
  readonly #leave = new AbortController();
  /** Told already, while they stay on. */
  #on: ReadonlySet<TextTrackCue> = new Set();
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
    if (near.length === this.#on.size && near.every((cue) => this.#on.has(cue))) return;
    this.#on = new Set(near);
    this.tell(unrolled(near.map(cueOf)).flatMap(wordsOf));
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
    this.become('starting');
    const { track } = element;
    element.addEventListener('load', () => this.become('listening'), { signal });
    element.addEventListener('error', () => this.#refuse(), { signal });
    const take = () => {
      if (!scene.stepped) this.#take(scene.now() - media.currentTime);
    };
    track.addEventListener('cuechange', take, { signal });
    this.#modeBefore = track.mode;
    if (track.mode === 'disabled') track.mode = 'hidden'; // it is loaded from here on
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

  /** @param offset what the source's clock is ahead of the media's, seconds */
  #take(offset: number): void {
    const active = new Set(this.element.track.activeCues ?? []);
    const fresh = [...active].filter((cue) => !this.#on.has(cue));
    this.#on = active;
    if (fresh.length === 0) return;
    this.#transcript.settle(fresh.flatMap((cue) => this.#wordsAt(cue, offset)));
    this.tell(this.#transcript.words);
  }

  #wordsAt(cue: TextTrackCue, offset: number): readonly Word[] {
    const all = [...(this.element.track.cues ?? [])];
    const before = all.slice(0, all.indexOf(cue)).slice(-1).map(cueOf);
    const own = unrolled([...before, cueOf(cue)]).slice(before.length);
    return own
      .flatMap(wordsOf)
      .map((word) => ({ ...word, start: word.start + offset, end: word.end + offset }));
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

function cueOf(cue: TextTrackCue): Cue {
  const { startTime, endTime } = cue;
  return { startTime, endTime, text: 'text' in cue && typeof cue.text === 'string' ? cue.text : '' };
}

function unreachable(what: string, cure: string): MemoError {
  return new MemoError('captions-unreachable', `The captions cannot be used: ${what}.`, cure);
}
