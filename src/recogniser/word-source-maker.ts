/**
 * Makes the chosen source of words from what it needs: captions, the browser's recognition, a speech model. Most pages never
 * need one, so the code of each is fetched when it is chosen.
 */

import type { CaptionFile } from '../capture/words/caption-words';
import type { RecognitionClass, RecognitionPlace } from '../capture/words/recognition-api';
import {
  WORD_SOURCES,
  type WordListeners,
  type WordSource,
  type WordSourceKind,
} from '../capture/words/word-source';
import { lateScript } from '../late-script';
import type { Manifest } from '../runtime/manifest';
import type { SpeechAddress, SpeechClient } from '../speech';

export interface WordsParts {
  /** Null where the browser has none: then it is not offered. */
  readonly recognition: RecognitionClass | null;
  /** BCP 47, for the browser's recognition: MEmoBERT reads English. */
  readonly language: string;
  /** Absolute; null takes the bundle's own speech model, where it names one. */
  readonly speechUrl: string | null;
  /** Absolute. */
  readonly manifestUrl: string;
  readonly createSpeech: (address: SpeechAddress) => Promise<SpeechClient>;
}

/** All but what is typed. */
export const wordSources = () => lateScript(() => import('../capture/words'));

export class WordSourceMaker {
  /** A file's cues, or a track of media that the page plays. */
  captions: CaptionFile | HTMLTrackElement | null = null;
  #speechAddress: SpeechAddress | null;
  /** Outlives runs: a model is loaded once. */
  #speech: SpeechClient | null = null;
  /** It on its way, and from then on: whoever asks meanwhile gets the same. */
  #making: Promise<SpeechClient> | null = null;

  constructor(readonly parts: WordsParts) {
    const { speechUrl } = parts;
    this.#speechAddress = speechUrl === null ? null : { url: speechUrl, file: null };
  }

  get offered(): readonly WordSourceKind[] {
    const there: Record<WordSourceKind, boolean> = {
      typed: true,
      captions: true,
      browser: this.parts.recognition !== null,
      'in-page': this.#speechAddress !== null,
    };
    return WORD_SOURCES.filter((source) => there[source]);
  }

  /** The bundle's own speech model; an address that somebody gave goes before it. */
  offer({ speech }: Pick<Manifest, 'speech'>): void {
    if (speech === undefined) return;
    this.#speechAddress ??= { url: new URL(speech.path, this.parts.manifestUrl).href, file: speech };
  }

  /**
   * Null while something is missing.
   * @param place where the browser would listen
   * @throws MemoError `words-unsupported`
   */
  async make(
    source: Exclude<WordSourceKind, 'typed'>,
    place: RecognitionPlace | null,
    on: WordListeners,
  ): Promise<WordSource | null> {
    switch (source) {
      case 'captions': {
        const { captions } = this;
        if (captions === null) return null;
        const { CaptionWords, TrackWords } = await wordSources();
        return 'cues' in captions ? new CaptionWords(captions, on) : new TrackWords(captions, on);
      }
      case 'browser': {
        const { recognition, language } = this.parts;
        if (recognition === null || place === null) return null;
        const { BrowserWords } = await wordSources();
        return new BrowserWords({ recognition, language, place }, on);
      }
      case 'in-page': {
        if (this.#speechAddress === null) return null;
        if (this.#speech?.ended === true) this.dropSpeech();
        const making = (this.#making ??= this.parts.createSpeech(this.#speechAddress));
        // the next one tries again
        making.catch(() => this.#making === making && this.dropSpeech());
        const speech = await making;
        if (this.#making !== making) {
          speech.close(); // it was let go before it was here
          return null;
        }
        this.#speech = speech;
        const { SpeechWords } = await lateScript(() => import('../speech'));
        return new SpeechWords(speech, on);
      }
    }
  }

  /** Lets the speech model go. */
  dropSpeech(): void {
    this.#speech?.close();
    this.#speech = this.#making = null;
  }
}
