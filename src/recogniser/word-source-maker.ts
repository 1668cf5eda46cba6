/** Makes the chosen source of words from what it needs: text, captions, the browser's recognition, a speech model. */

import {
  BrowserWords,
  CaptionWords,
  TrackWords,
  TypedWords,
  WORD_SOURCES,
  type CaptionFile,
  type RecognitionClass,
  type RecognitionPlace,
  type WordListeners,
  type WordSource,
  type WordSourceKind,
} from '../capture/words';
import { MemoError } from '../errors';
import type { Manifest } from '../runtime/manifest';
import { SpeechWords, type SpeechAddress, type SpeechClient } from '../speech';
import type { SourceKind } from './state';

export interface WordsParts {
  /** Null where the browser has none: then it is not offered. */
  readonly recognition: RecognitionClass | null;
  /** BCP 47, for the browser's recognition: MEmoBERT reads English. */
  readonly language: string;
  /** Absolute; null takes the bundle's own speech model, where it names one. */
  readonly speechUrl: string | null;
  /** Absolute. */
  readonly manifestUrl: string;
  readonly createSpeech: (address: SpeechAddress) => SpeechClient;
}

export class WordSourceMaker {
  /** What was typed last. */
  text = '';
  /** A file's cues, or a track of media that the page plays. */
  captions: CaptionFile | HTMLTrackElement | null = null;
  #speechAddress: SpeechAddress | null;
  /** Outlives runs: a model is loaded once. */
  #speech: SpeechClient | null = null;

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
   * @param run what the words accompany
   * @throws MemoError `words-unsupported`
   */
  make(
    source: WordSourceKind,
    place: RecognitionPlace | null,
    run: SourceKind,
    on: WordListeners,
  ): WordSource | null {
    switch (source) {
      case 'typed':
        return new TypedWords(this.text, on);
      case 'captions':
        if (this.captions === null) return null;
        return 'cues' in this.captions
          ? new CaptionWords(this.captions, on)
          : new TrackWords(this.captions, on);
      case 'browser': {
        const { recognition, language } = this.parts;
        if (recognition === null || place === null) return null;
        if (run !== 'devices') throw deaf();
        return new BrowserWords({ recognition, language, place }, on);
      }
      case 'in-page':
        if (this.#speechAddress === null) return null;
        if (this.#speech?.ended !== false) this.#speech = this.parts.createSpeech(this.#speechAddress);
        return new SpeechWords(this.#speech, on);
    }
  }

  /** Lets the speech model go. */
  dropSpeech(): void {
    this.#speech?.close();
    this.#speech = null;
  }
}

function deaf(): MemoError {
  return new MemoError(
    'words-unsupported',
    'The browser’s speech recognition hears the microphone alone.',
    'Take the words of a file or of the actor from captions, from typing, or from a speech model in the page.',
  );
}
