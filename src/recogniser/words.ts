/**
 * Where the words of a run come from: one source at a time, the visitor's choice, which outlives the run. Nothing that
 * listens begins by itself: the browser's recognition and a speech model are switched on by `start`.
 */

import type { SampleChunk, Source } from '../capture';
import type { CaptionFile } from '../capture/words/caption-words';
import { typedTexts } from '../capture/words/typed-words';
import type { WordListeners, WordScene, WordSource, WordSourceKind } from '../capture/words/word-source';
import { MemoError } from '../errors';
import type { Manifest } from '../runtime/manifest';
import type { TimedText } from '../runtime/protocol';
import type { NamedFile } from './run';
import { WordSourceMaker, wordSources, type WordsParts } from './word-source-maker';
import { INITIAL_WORDS, type WordsState } from './words-state';

export interface WordsOwner {
  /** Replaced on change. */
  changed(state: WordsState): void;
  /** There are other words than before. @param anew captions were given: what was answered did not have them */
  said(anew?: boolean): void;
  /** Whether the run hears speech. */
  speaking(): boolean;
}

/** Where the words of a recogniser come from: `recogniser.words`. */
export class Words {
  readonly #maker: WordSourceMaker;
  #state: WordsState;
  #source: WordSource | null = null;
  /** Changes with the source: what one says after another took its place is not listened to. */
  #seat: symbol | null = null;
  /** What was typed last. */
  #text = '';
  /** While somebody types, who says so tells the run itself. */
  #quiet = false;
  /** A stepped run's clock, seconds. */
  #reached = 0;
  /** Captions on their way; others that are given take their place. */
  #reading: object | null = null;
  /** Those who wait until the chosen source has begun, or does not. */
  readonly #waiting: (() => void)[] = [];
  /** Of the run; `file` is what is analysed, as its name and size. */
  #scene: (WordScene & { readonly file: string | null }) | null = null;
  /** The file whose words the captions are, once one had them. */
  #captioned: string | null = null;
  #running = true;

  /** @internal */
  constructor(
    parts: WordsParts,
    private readonly owner: WordsOwner,
  ) {
    this.#maker = new WordSourceMaker(parts);
    this.#state = { ...INITIAL_WORDS, offered: this.#maker.offered };
  }

  /** As `state.words` of the recogniser. */
  get state(): WordsState {
    return this.#state;
  }

  /** A bundle that is loaded may bring a speech model. @internal */
  offer(manifest: Pick<Manifest, 'speech'>): void {
    this.#maker.offer(manifest);
    const { offered } = this.#maker;
    if (offered.length !== this.#state.offered.length) this.#set({ offered });
  }

  /**
   * Takes the words from elsewhere from now on. Typed words and captions are on at once, the others when {@link start} says so.
   * @throws MemoError `words-unsupported` for what is not offered
   */
  choose(source: WordSourceKind): void {
    if (!this.#state.offered.includes(source)) throw unsupported(source);
    if (source === this.#state.source) return;
    const { captions } = this.#state;
    this.#turnTo({ captions, source, on: !listens(source) });
    if (source === 'browser') void this.told(() => this.#findPlace());
    this.#tellSaid();
  }

  /** Switches the chosen source on; it listens as soon as a run does. Call it from a click. */
  start(): void {
    this.#set({ on: true, error: null });
    this.#begin();
  }

  /** Switches it off; what it said is forgotten. */
  stop(): void {
    this.#leave();
    this.#maker.dropSpeech();
    this.#set({ on: false, status: 'off', said: [], error: null });
    this.#tellSaid();
  }

  /** What somebody types, in place of what was typed before; takes the words from there. Tells nobody: the caller knows. @internal */
  type(text: string): void {
    this.#text = text;
    this.#quiet = true;
    if (this.#state.source !== 'typed') this.choose('typed');
    else if (this.#state.status === 'listening') this.#sayTyped();
    this.#quiet = false;
  }

  /**
   * A WebVTT or SubRip file on the clock of the run: a file's own, or counted from the start of anything live. One that others are
   * given after, while it is read, is not used.
   * Rejects with `captions-invalid`, or `input-invalid` for what is no Blob: then the words come from where they came from before.
   */
  async captions(file: Blob, name: string, language = ''): Promise<void> {
    const reading = (this.#reading = {});
    try {
      const { readCaptions } = await wordSources();
      const { cues, fault } = await readCaptions(file, name);
      if (this.#reading !== reading) return;
      this.#takeCaptions({ name, cues, language }, { name, cues: cues.length });
      if (fault !== null) this.#set({ error: fault });
    } finally {
      if (this.#reading === reading) this.#reading = null;
      this.#wake();
    }
  }

  /** A `<track>` of media that the page plays and whose sound and picture the run sees. */
  track(element: HTMLTrackElement): void {
    const { label, srclang, src } = element;
    const name = [label, srclang, src].find((part) => part !== '') ?? 'track';
    this.#takeCaptions(element, { name, cues: null });
  }

  /** `state.error` is null again. */
  dismissError(): void {
    this.#set({ error: null });
  }

  /** A run has its source. @param named the file that it is of: captions of another one are given up, also by what is live @internal */
  attach(source: Source, named: NamedFile | null = null): void {
    const { seconds = null } = source;
    const file = named && `${named.name} ${named.blob.size}`;
    if (this.#maker.captions !== null && file !== (this.#captioned ??= file)) {
      this.#maker.captions = null;
      this.#set({ captions: null });
      if (this.#state.source === 'captions') this.choose('typed');
    }
    const stepped = source.reader !== undefined;
    this.#reached = 0;
    const now = () => (stepped ? this.#reached : source.now());
    this.#scene = { source, now, speaking: this.owner.speaking, seconds, stepped, file };
    // before the loop, which gives the samples away
    source.on('samples', (chunk) => void this.#source?.hear?.(chunk));
    this.#begin();
  }

  /** Nobody listens in a hidden page, and whoever did begins again after it; a file that is read goes on. @internal */
  setRunning(running: boolean): void {
    this.#running = running;
    if (this.#seat !== null && this.#rests) {
      this.#leave();
      this.#set({ status: 'off' });
    }
    this.#begin();
  }

  /** A file that is read has come to this moment, seconds; resolves when the words that count for it are told. @internal */
  async advance(seconds: number): Promise<void> {
    await this.#begun();
    this.#reached = seconds;
    await this.#source?.advance?.(seconds);
  }

  /** Sound of a file that is read; resolves when all that can be made of it so far was told. @internal */
  async hear(chunk: SampleChunk): Promise<void> {
    await this.#begun();
    await this.#source?.hear?.(chunk);
  }

  /** The run is over; the choice stays. @internal */
  detach(): void {
    this.#scene = null;
    this.#leave();
    if (this.#state.status !== 'failed' && this.#state.status !== 'off')
      this.#set({ status: 'off', said: [] });
  }

  /** The words for the estimates from now on. @param own what the run's source itself says, where nobody gives other words @internal */
  texts(own: readonly TimedText[]): readonly TimedText[] {
    const { source, said, status } = this.#state;
    if (said.length === 0 && (source === 'typed' || status !== 'listening')) return own;
    return said;
  }

  /** Never rejects: what fails is shown. @internal */
  async told(step: () => unknown): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#show(error);
    }
  }

  /** @internal */
  close(): void {
    this.detach();
    this.#maker.dropSpeech();
  }

  #takeCaptions(captions: CaptionFile | HTMLTrackElement, shown: NonNullable<WordsState['captions']>): void {
    this.#maker.captions = captions;
    this.#captioned = this.#scene?.file ?? null;
    this.#turnTo({ source: 'captions', captions: shown });
    this.#reading = null;
    this.owner.said(true);
  }

  /** Another source, from the beginning. */
  #turnTo(chosen: Partial<WordsState>): void {
    this.#leave();
    this.#maker.dropSpeech();
    this.#set({ ...INITIAL_WORDS, offered: this.#state.offered, ...chosen });
    this.#begin();
  }

  /** Lets the chosen source begin, where it is on and there is a run. */
  #begin(): void {
    const scene = this.#scene;
    if (scene === null || this.#seat !== null || !this.#state.on || this.#rests) return;
    const { source, place, status } = this.#state;
    if (source === 'typed') {
      if (status === 'off') this.#sayTyped();
      return;
    }
    // it comes, and then this is asked again
    if (source === 'browser' && place === null) return;
    const seat = Symbol();
    this.#seat = seat;
    const on = this.#listeners(seat);
    const take = (made: WordSource | null) => {
      // another was chosen, or the run ended, while its code was on its way
      if (this.#seat !== seat) return;
      this.#source = made;
      if (made === null) this.#leave();
      else made.start(scene);
    };
    this.#maker.make(source, place, on).then(take, (error: unknown) => {
      if (this.#seat !== seat) return;
      this.#leave();
      this.#set({ on: false });
      this.#show(error);
    });
  }

  /** Needs no source: what is typed holds until it is replaced; empty takes it back. */
  #sayTyped(): void {
    const said = typedTexts(this.#text).map((text) => ({ ...text, final: true }));
    this.#set({ status: 'listening', said });
    this.#tellSaid();
  }

  get #rests(): boolean {
    return listens(this.#state.source) && !this.#running && this.#scene?.stepped === false;
  }

  #leave(): void {
    const source = this.#source;
    this.#source = null;
    this.#seat = null;
    source?.stop();
    this.#wake();
  }

  /** A file waits for the words that somebody wants: each would otherwise begin where the machine happens to be. */
  #begun(): Promise<void> {
    return this.#underWay ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve();
  }

  get #underWay(): boolean {
    const begins = this.#seat !== null && (this.#source === null || this.#state.status === 'starting');
    return begins || this.#reading !== null;
  }

  #wake(): void {
    if (this.#underWay) return;
    for (const go of this.#waiting.splice(0)) go();
  }

  #listeners(seat: symbol): WordListeners {
    const seated = (step: () => void) => {
      if (this.#seat === seat) step();
    };
    return {
      words: (said) =>
        seated(() => {
          this.#set({ said });
          this.#tellSaid();
        }),
      status: (status) =>
        seated(() => {
          const language = this.#source?.language ?? '';
          this.#set({ status, language, ...(status === 'failed' ? { on: false } : {}) });
        }),
      error: (error) =>
        seated(() => {
          this.#show(error);
          if (this.#state.status === 'failed') this.#leave();
        }),
      progress: (loadedBytes, totalBytes) => seated(() => this.#set({ loadedBytes, totalBytes })),
    };
  }

  async #findPlace(): Promise<void> {
    const { recognition, language } = this.#maker.parts;
    if (recognition === null) return;
    const { recognitionPlace } = await wordSources();
    const place = await recognitionPlace(recognition, language);
    if (this.#state.source !== 'browser') return;
    this.#set({ place });
    this.#begin();
  }

  #show(error: unknown): void {
    this.#set({ error: MemoError.from(error) });
  }

  #tellSaid(): void {
    if (!this.#quiet) this.owner.said();
  }

  #set(change: Partial<WordsState>): void {
    this.#state = Object.freeze({ ...this.#state, ...change });
    this.#wake();
    this.owner.changed(this.#state);
  }
}

function listens(source: WordSourceKind): boolean {
  return source === 'browser' || source === 'in-page';
}

function unsupported(source: WordSourceKind): MemoError {
  return new MemoError(
    'words-unsupported',
    `Words from "${source}" cannot be had here.`,
    source === 'in-page'
      ? 'Name a speech model: in the bundle’s manifest, or by its address.'
      : 'Use another browser, or take the words from elsewhere.',
  );
}
