/**
 * The browser's own speech recognition. On the device where it offers that; else it sends the sound to its maker, which the
 * page says before anybody starts it. It listens to the microphone itself and gives no times: they are told from when
 * speech began and when words came.
 */

import { MemoError, type ErrorCode } from '../../errors';
import { BaseWordSource } from './base-source';
import type {
  Recognition,
  RecognitionClass,
  RecognitionEvents,
  RecognitionPlace,
  RecognitionResult,
} from './recognition-api';
import { spread, Transcript } from './transcript';
import type { WordListeners, WordScene } from './word-source';

/** A session that ended sooner, and without a word, was no use; nor was a longer one in which somebody spoke. */
const SHORT_SESSION_MS = 5_000;
/** What the run's gate tells of may be this long past: before a session. */
const GATE_LOOKS_BACK_MS = 4_000;
/** Sessions of no use in a row, after which it is given up. */
const MOST_SHORT_SESSIONS = 5;
const FIRST_REST_MS = 250;
/** Longest that a result's words can have taken when nobody said when speech began. */
const MOST_UTTERANCE_SECONDS = 8;

export interface BrowserWordsOptions {
  readonly recognition: RecognitionClass;
  /** BCP 47. */
  readonly language: string;
  readonly place: RecognitionPlace;
}

export class BrowserWords extends BaseWordSource {
  readonly language: string;
  readonly #transcript = new Transcript();
  #scene: WordScene | null = null;
  #session: Recognition | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #shortSessions = 0;
  #startedMs = 0;
  /** Whether the run heard speech since then. */
  #spoke = false;
  /** Results of this session whose words are final: some browsers deliver them again. */
  #settled = 0;
  /** When the words that come next began, on the source's clock; null while nobody speaks. */
  #spokenFrom: number | null = null;

  constructor(
    private readonly options: BrowserWordsOptions,
    on: WordListeners,
  ) {
    super(on);
    this.language = options.language;
  }

  /** It takes none of the run's sound: that is when the run's gate is asked. */
  hear(): void {
    if (performance.now() - this.#startedMs > GATE_LOOKS_BACK_MS)
      this.#spoke ||= this.#scene?.speaking() ?? false;
  }

  protected begin(scene: WordScene): void {
    const { source } = scene;
    this.#scene = scene;
    source.on('trackchange', () => this.#heed(source));
    this.#heed(source);
  }

  protected end(): void {
    this.#leave();
  }

  /** It hears whichever microphone the browser takes: only while the run has one, for then the page says so. */
  #heed({ kind, microphone }: WordScene['source']): void {
    if (this.over) return;
    if (kind !== 'devices' || (microphone !== 'live' && microphone !== 'lost')) this.fail(deaf());
    else if (microphone === 'lost') this.#rest();
    else if (this.status === 'off') void this.#prepare();
  }

  /** Until the microphone is back. */
  #rest(): void {
    this.#leave();
    this.become('off');
  }

  #leave(): void {
    clearTimeout(this.#timer);
    const session = this.#session;
    this.#part(); // what it says about its end is not listened to
    session?.abort();
  }

  /** Nothing more comes of the session: what it guessed last holds. */
  #part(): void {
    this.#session = null;
    this.#spokenFrom = null;
    this.#settled = 0;
    if (this.#transcript.keep()) this.tell(this.#transcript.words);
  }

  /** The language pack first, where there is one to fetch: after that no sound leaves the device. */
  async #prepare(): Promise<void> {
    const { recognition, language, place } = this.options;
    this.become('starting');
    // who hears that it starts may stop it
    if (place === 'installable' && !this.over) {
      const options = { langs: [language], processLocally: true };
      const installed = await recognition.install?.(options).catch(() => false);
      if (this.over) return;
      if (installed !== true) {
        this.fail(noLanguage(language));
        return;
      }
    }
    // the microphone went, or went and came back, meanwhile
    if (this.status === 'starting' && this.#session === null) this.#listen();
  }

  #listen(): void {
    const { recognition, language, place } = this.options;
    clearTimeout(this.#timer); // one at a time
    const session = new recognition();
    session.lang = language;
    session.continuous = true;
    session.interimResults = true;
    // a browser that cannot keep the sound here fails then, instead of sending it away
    if (place !== 'service') session.processLocally = true;
    this.#startedMs = performance.now();
    this.#spoke = false;
    let heard = false;
    session.addEventListener('start', () => {
      if (this.#session === session) this.become('listening');
    });
    session.addEventListener('speechstart', () => (this.#spokenFrom ??= this.#now()));
    session.addEventListener('result', (event) => {
      if (this.#session !== session) return;
      heard = true;
      this.#take(event);
    });
    session.addEventListener('error', ({ error }) => {
      const fatal = this.#session === session ? failure(error, language) : null;
      if (fatal !== null) this.fail(fatal);
    });
    session.addEventListener('end', () => {
      if (this.#session !== session) return;
      const long = performance.now() - this.#startedMs > SHORT_SESSION_MS;
      this.#again(heard || (long && !this.#spoke));
    });
    this.#session = session;
    try {
      session.start();
    } catch (cause) {
      this.fail(denied(cause));
    }
  }

  /** Browsers end a session after some silence or some minutes. */
  #again(useful: boolean): void {
    this.#shortSessions = useful ? 0 : this.#shortSessions + 1;
    const isVain = this.#shortSessions >= MOST_SHORT_SESSIONS;
    // each time later, so that a browser that ends at once is not asked without a pause
    const restMs = FIRST_REST_MS * 2 ** this.#shortSessions;
    if (!isVain) this.#timer = setTimeout(() => this.#listen(), useful ? 0 : restMs);
    // only now: who hears the last words may stop this
    this.#part();
    if (isVain) this.fail(this.#spoke ? starved() : unstable());
  }

  #take({ results }: RecognitionEvents['result']): void {
    const now = this.#now();
    const from = this.#spokenFrom ?? now - MOST_UTTERANCE_SECONDS;
    const texts = divide(Array.from(results).slice(this.#settled));
    this.#settled += texts.settled;
    const start = Math.max(from, now - secondsOf(texts.final + texts.interim));
    const finals = spread(texts.final, start, now, true);
    if (finals.length > 0) {
      this.#transcript.settle(finals);
      this.#spokenFrom = now;
    }
    this.#transcript.guess(spread(texts.interim, finals.at(-1)?.end ?? start, now, false));
    this.tell(this.#transcript.words);
  }

  #now(): number {
    return this.#scene?.now() ?? 0;
  }
}

/**
 * What the browser has made up its mind about, and what it guesses after that; `settled` counts the results of the former.
 * Chrome on Android calls guesses final, of confidence 0, and delivers each beside the one that continues it.
 */
function divide(results: readonly (RecognitionResult | undefined)[]) {
  const texts = { final: '', interim: '', settled: 0 };
  for (const [index, result] of results.entries()) {
    const text = textOf(result);
    const isFinal = result?.isFinal === true;
    const doubtful = isFinal && result[0]?.confidence === 0;
    const later = results
      .slice(index + 1)
      .map(textOf)
      .filter((next) => next !== '');
    if (doubtful && later.some((next) => continues(next, text))) continue;
    if (isFinal && texts.interim === '' && !(doubtful && later.length === 0)) {
      texts.final += ` ${text}`;
      texts.settled = index + 1;
    } else texts.interim += ` ${text}`;
  }
  return texts;
}

function continues(next: string, text: string): boolean {
  return next.toLowerCase().startsWith(text.toLowerCase());
}

function textOf(result: RecognitionResult | undefined): string {
  return result?.[0]?.transcript.trim() ?? '';
}

/** At a slow 1.5 words a second: words do not reach further back than they can have taken. */
function secondsOf(text: string): number {
  const count = text.split(/\s+/).filter((word) => word !== '').length;
  return Math.min(MOST_UTTERANCE_SECONDS, 1 + count / 1.5);
}

/** Null for what a new session mends: silence, and an end that was asked for. */
function failure(error: string, language: string): MemoError | null {
  switch (error) {
    case 'no-speech':
    case 'aborted':
      return null;
    case 'not-allowed':
    case 'service-not-allowed':
      return denied(error);
    case 'language-not-supported':
      return noLanguage(language);
    case 'audio-capture':
      return failed(
        'device-missing',
        'The browser’s speech recognition found no microphone.',
        'Plug one in or allow it, then start it again.',
      );
    case 'network':
      return failed(
        'recognition-offline',
        'The browser’s speech recognition could not reach its service.',
        'Check the connection, or take the words from elsewhere: the rest goes on without a network.',
      );
    default:
      return failed(
        'recognition-unstable',
        `The browser’s speech recognition broke off: ${error}.`,
        'Start it again, or take the words from elsewhere.',
      );
  }
}

function unstable(): MemoError {
  return failed(
    'recognition-unstable',
    `The browser’s speech recognition ended ${MOST_SHORT_SESSIONS} times in a row without a word.`,
    'Start it again when somebody speaks, or take the words from elsewhere.',
  );
}

/** As on Android, where the run's own microphone leaves it no sound. */
function starved(): MemoError {
  return failed(
    'recognition-unstable',
    `Somebody spoke, and the browser’s speech recognition heard no word, ${MOST_SHORT_SESSIONS} times in a row: on this device one listener at a time may have the microphone.`,
    'Take the words from captions or from typing.',
  );
}

function denied(cause: unknown): MemoError {
  return failed(
    'recognition-denied',
    'The browser does not allow its speech recognition here.',
    'Allow the microphone for this page (the sign beside its address), or take the words from elsewhere.',
    cause,
  );
}

function noLanguage(language: string): MemoError {
  return failed(
    'recognition-language',
    `The browser’s speech recognition has no language pack for ${language}.`,
    'Install the language in the browser’s settings, or take the words from elsewhere.',
  );
}

function failed(code: ErrorCode, message: string, cure: string, cause?: unknown): MemoError {
  return new MemoError(code, message, cure, cause);
}

function deaf(): MemoError {
  return failed(
    'words-unsupported',
    'The browser’s speech recognition hears the microphone alone, and it is not on in this run.',
    'Start with the microphone on; or take the words from captions or from typing.',
  );
}
