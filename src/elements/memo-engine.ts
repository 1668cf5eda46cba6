import { css, html, type PropertyValues, type TemplateResult } from 'lit';
import { MemoError } from '../errors';
import { lateScript } from '../late-script';
import { MODALITIES, type Estimate, type Modality } from '../memobert/estimate';
import { isWithheld } from '../memobert/reliability';
import { INITIAL_STATE, refusedPart, REQUEST_EVENT, tellAll } from '../recogniser';
import type { Condition, MemoRequest, Phase, RecogniserState, Settings } from '../recogniser';
import type { DeviceWish } from '../runtime/protocol';
import { Announcer } from './announcer';
import {
  changeOf,
  DEFAULT_ASSET_BASE,
  DEFAULT_BUNDLE,
  readAttributes,
  wished,
  type Read,
} from './attributes';
import { customElement } from './custom-element';
import { CustomStates } from './custom-states';
import { property, state } from './decorators';
import { Dressed } from './dressed';
import type { MemoBertEventMap } from './events';
import type { ExportFormat } from './export-formats';
import type { Listening } from './listening';
import { createRecogniser, startGiven } from './recogniser-like';
import type { CreateRecogniser, Given, RecogniserLike } from './recogniser-like';
import { TimelineFetch } from './shows-time';
import { Speaker } from './speaker';
import { STORE, STORE_CONNECTED, type RecogniserStore } from './store-link';
import { hiddenVisually } from './theme';

const FORWARDED = ['estimate', 'statechange', 'progress', 'error', 'words'] as const;

/**
 * The recogniser as an element without any looks: the parts inside of it, or those that name it by `for`, show what it knows and
 * ask it for what they need. `<memo-bert>` is one with all parts in place. Nothing is asked for, loaded or sent before `load()`,
 * `start()`, `analyse()` or a part's button; leaving the document stops everything.
 * Elements with the same `bundle`, `integrity`, `asset-base` and `device` share one worker and one model; each has its own evidence.
 * A screen reader is told of phases, conditions and answers here, once for all parts.
 *
 * @fires {CustomEvent<Estimate>} estimate - a new answer, several times a second
 * @fires {CustomEvent<StateChange>} statechange - phase or conditions changed
 * @fires {CustomEvent<Progress>} progress - the model loads
 * @fires {CustomEvent<MemoError>} error - a run failed and is over: `state` is `error`. Else the run goes on: a file could not be opened
 *   beside it, an attribute was wrong and its default holds, the captions of `src` could not be fetched, or a request was none
 * @fires {CustomEvent<WordsState>} words - where the words come from, what was said, what is wrong with it
 * @slot - the parts; a `<track>` among them brings the captions of `src`
 * @cssstate idle - nothing runs; of these seven one holds at a time
 * @cssstate asking - the browser asks the visitor for a device
 * @cssstate loading - the model is fetched
 * @cssstate warming - the model is prepared
 * @cssstate listening - estimates come
 * @cssstate paused - the tab is hidden
 * @cssstate error - a run failed
 * @cssstate no-face - beside the phase: a picture without a face
 * @cssstate silence - beside the phase: nobody speaks
 * @cssstate muted - beside the phase: the microphone is muted
 * @cssstate cpu-fallback - beside the phase: there is no WebGPU
 * @cssstate offline - beside the phase: there is no network
 * @cssstate no-picture - beside the phase: the camera gives no picture
 * @cssstate poor-light - beside the phase: the face is too dark or too bright to be read
 * @cssstate clipping - beside the phase: the sound is overdriven
 * @cssstate no-sound - beside the phase: the microphone is on, and no sound of it arrives
 * @cssstate awaiting-network - beside the phase: a download waits for the network
 * @cssstate recovering - beside the phase: something that failed is being replaced
 * @cssstate unsure - the last answer is withheld
 */
@customElement('memo-engine')
export class MemoEngine extends (Dressed as typeof Listening<MemoBertEventMap>) implements RecogniserStore {
  static override styles = [
    hiddenVisually,
    css`
      :host {
        display: contents;
      }
      :host([hidden]) {
        display: none;
      }
    `,
  ];

  /** Address of a video or sound file that `start()` takes in place of the devices. A new one is taken while it runs; anything live goes on until it is open. */
  @property() src: string | null | undefined = '';
  /** A stream `start()` takes in place of the devices, before `src`; its tracks are never stopped. Null ends a run of it. */
  @property({ attribute: false }) stream: MediaStream | null | undefined = null;
  /** URL of the bundle's manifest, relative to the document's base. */
  @property() bundle: string | null | undefined = DEFAULT_BUNDLE;
  /** Hash of that manifest (`sha256-` and base64, as on a `<script>`); another origin's bundle is not loaded without. */
  @property() integrity: string | null | undefined = null;
  /** Folder of MediaPipe's files, the face detector and the speech gate, relative to the document's base. */
  @property({ attribute: 'asset-base' }) assetBase: string | null | undefined = DEFAULT_ASSET_BASE;
  /** URL of a speech model's `speech.json`, in place of the bundle's own; another origin's must be in the page's policy. */
  @property() speech: string | null | undefined = null;
  /** `auto` takes WebGPU where a real adapter is, else wasm. */
  @property() device: DeviceWish | null | undefined = 'auto';
  /** What visitors are offered to give and the estimate is made of: words of `text face voice`, or a list. */
  @property() modalities: string | readonly Modality[] | null | undefined = MODALITIES;
  /** The sentence with `[MASK]` once; null is the bundle's. */
  @property() prompt: string | null | undefined = null;
  /** Words for the mask, with commas or as a list: each one word of the vocabulary; null is the bundle's labels. */
  @property() labels: string | readonly string[] | null | undefined = null;
  /** Looks at the face a second, at most. */
  @property({ attribute: 'rate-face' }) rateFace: number | string | null | undefined = null;
  /** Readings of the voice a second, at most. */
  @property({ attribute: 'rate-voice' }) rateVoice: number | string | null | undefined = null;
  /** Estimates a second, at most. */
  @property({ attribute: 'rate-fusion' }) rateFusion: number | string | null | undefined = null;
  /** Spares the battery: fewer looks, readings and estimates. */
  @property({ type: Boolean }) saver: boolean | null | undefined = false;
  /** Time constant of a mean over the estimates, seconds; 0 is none. */
  @property() smoothing: number | string | null | undefined = null;
  /** Lets a software adapter stand in for WebGPU: for tests, so there is no attribute. */
  @property({ attribute: false }) allowSoftwareAdapter = false;
  /** Makes the next recogniser; a test brings its own. */
  @property({ attribute: false }) createRecogniser: CreateRecogniser = createRecogniser;

  /** What the recogniser tells, and what this element itself found. */
  @state() protected known: RecogniserState = INITIAL_STATE;

  readonly [STORE]: RecogniserStore = this;
  readonly #speaker = new Speaker(this);
  readonly #announcer = new Announcer();
  #announcement = '';
  readonly #states = new CustomStates(this.attachInternals());
  readonly #timelineFetch = new TimelineFetch();
  readonly #subscribers = new Set<(state: RecogniserState) => void>();
  #recogniser: RecogniserLike | null = null;
  /** What the recogniser was made with. */
  #made = '';
  /** What it was last asked for by attributes; what a visitor chose beside them stays. */
  #asked: Partial<Settings> = {};
  #problems: readonly MemoError[] = [];
  /** What the vocabulary of the recogniser's bundle refused, by its JSON. */
  readonly #refused = new Map<string, MemoError>();
  /** What was last started in place of the devices. */
  #started: Given | null | undefined = null;
  /** The stream of them that a file may be opened beside; null once it is no longer given. */
  #stream: MediaStream | null | undefined = null;
  #unsubscribe: () => void = () => undefined;

  constructor() {
    super();
    this.addEventListener(REQUEST_EVENT, (event) => {
      event.stopPropagation(); // each recogniser answers to its own element
      // after every listener of the page on this same element, for each may cancel it
      queueMicrotask(() => {
        if (!event.defaultPrevented) this.handle(event.detail);
      });
    });
  }

  /** The phase's name. */
  get state(): Phase {
    return this.#now.phase;
  }

  /** What holds beside the phase. */
  get conditions(): readonly Condition[] {
    return this.#now.conditions;
  }

  /** The last answer; null before the first, and after a `stop()` that leaves no file open. */
  get estimate(): Estimate | null {
    return this.#recogniser?.state.estimate ?? null;
  }

  /** What is wrong with the attributes as they are: each was told by an `error` event once, perhaps before anybody listened. */
  get attributeErrors(): readonly MemoError[] {
    return this.#problems;
  }

  /** Readies the model ahead of a start, and asks for no device. Resolves once it is there; rejects with the MemoError that is shown. */
  async load(): Promise<void> {
    return this.#get().load();
  }

  /**
   * Listens to `stream`, to the file of `src`, or to the devices that `modalities` call for (of words alone what runs ends, and the model is readied). Call it
   * from a click. Resolves once listening, or once a newer start or a stop has won; rejects with the MemoError that is shown.
   */
  async start(): Promise<void> {
    const { given } = this;
    if (given !== null) return this.analyse(given);
    this.#started = this.#stream = null;
    const { modalities } = this.#read().settings;
    const wish = { camera: modalities.includes('face'), microphone: modalities.includes('voice') };
    if (wish.camera || wish.microphone) return this.#get().start(wish);
    this.stop();
    return this.load();
  }

  /** Ends the run and every track of it; the model stays loaded. */
  stop(): void {
    this.#recogniser?.stop();
  }

  /** Listens to a media file, a stream of the caller's (its tracks are not stopped) or a file's address, in place of the devices. Resolves and rejects as {@link start}; anything else is `input-invalid`. */
  async analyse(source: Blob | MediaStream | string | URL): Promise<void> {
    const recogniser = this.#get();
    this.#started = source;
    if (source instanceof MediaStream) this.#stream = source;
    try {
      await startGiven(recogniser, source, this);
    } catch (error) {
      if (this.#started === source) {
        this.#started = this.#stream; // which may go on
        if (!this.#stream && this.#now.source === 'stream') this.stop();
      }
      throw error;
    }
  }

  /** What was estimated since the last start, of a live run the last 14,400 estimates, as a file. Rejects with `nothing-recorded`, `input-invalid` for another format, or `file-missing`. */
  async export(format: ExportFormat): Promise<Blob> {
    const { timeline } = this.#now; // as it is now
    return (await lateScript(() => import('./export-file'))).exportFile(timeline, format, this);
  }

  /** Calls back at once with the present state, then after changes; returns the way out. */
  subscribe(subscriber: (state: RecogniserState) => void): () => void {
    subscriber(this.#now); // one that throws has no way out
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  /** Carries out what a part asks for, without asking the page; away from the document nothing does. */
  handle(request: MemoRequest): void {
    // a request may remove the element, and a part outside of it stays behind
    if (!this.isConnected) return;
    if ((request as MemoRequest | null)?.name === 'start' && this.given !== null)
      void this.start().catch(() => undefined); // told by its event
    else this.#get().handle(request);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.dispatchEvent(new Event(STORE_CONNECTED));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // moving disconnects and connects within one task: only what stays away is stopped
    setTimeout(() => {
      if (!this.isConnected) this.#close();
    });
  }

  /** Moved by `moveBefore`: everything goes on. Without this method it would be disconnected and connected. */
  connectedMoveCallback(): void {
    this.connectedCallback();
  }

  protected override performUpdate(): void {
    this.#speaker.render(() => super.performUpdate());
  }

  protected override willUpdate(changed: PropertyValues): void {
    const told = changed.size === 1 && changed.has('known');
    if (!told) this.#follow(this.#read());
    this.#announcement = this.#announcer.next(this.known, performance.now()) ?? this.#announcement;
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has('stream') && !changed.has('src')) return;
    if (changed.get('stream') === this.#stream) this.#stream = this.stream;
    const { given, state } = this;
    if (state === 'idle' || state === 'error' || given === this.#started) return;
    if (given !== null)
      void this.start().catch(() => undefined); // told by its event
    // clones of it are read, which nobody else stops
    else if (this.known.source === 'stream' && changed.get('stream') === this.#started) this.stop();
  }

  override render(): TemplateResult {
    return html`<slot></slot>${this.announcement()}`;
  }

  /** What a screen reader is told: here, once for all parts, wherever they stand. */
  protected announcement(): TemplateResult {
    return html`<p class="hidden-visually" role="status" data-testid="announcement">
      ${this.#announcement}
    </p>`;
  }

  /** What the author gives in place of the devices. */
  protected get given(): MediaStream | string | null {
    return this.stream ?? (this.src || null);
  }

  /** The recogniser tells its events at once, and its state after them. */
  get #now(): RecogniserState {
    return this.#recogniser?.state ?? this.known;
  }

  #read(): Read {
    return readAttributes(this, this.#refused);
  }

  /** What is written as it is now: told if wrong, and brought to the recogniser. */
  #follow(read: Read): void {
    const { options, settings, problems } = read;
    const before = this.#problems.map(({ message }) => message);
    this.#problems = problems;
    for (const problem of problems) if (!before.includes(problem.message)) this.#tell('error', problem);
    const recogniser = this.#recogniser;
    if (recogniser === null) {
      this.#show({ ...this.known, ...wished(read) });
      return;
    }
    const change = changeOf(this.#asked, settings);
    this.#asked = settings;
    // by value: a start() before the first update has made one already, with these very options
    if (JSON.stringify(options) !== this.#made) this.#close();
    else if (Object.keys(change).length > 0) {
      recogniser.configure(change).catch((error: unknown) => {
        if (this.#recogniser === recogniser) this.#refuse(MemoError.from(error), change, Object.keys(change));
      });
    }
  }

  /**
   * What the vocabulary refuses is wrong as any attribute is: told once, and its default holds.
   * @param also what was asked for beside it, and not taken over either
   */
  #refuse(error: MemoError, asked: Partial<Settings>, also: readonly string[] = []): void {
    const part = refusedPart(error);
    if (part === null || asked[part] === undefined || asked[part] === null) return;
    this.#refused.set(JSON.stringify(asked[part]), error);
    const again = [part, ...also];
    this.#asked = Object.fromEntries(Object.entries(this.#asked).filter(([key]) => !again.includes(key)));
    this.#follow(this.#read());
  }

  #get(): RecogniserLike {
    if (!this.isConnected)
      throw new MemoError(
        'aborted',
        `<${this.localName}> is not in a document.`,
        'Append it to the page, then start.',
      );
    // what was written in this very task holds already: the update that would bring it ends what begins here
    if (this.#recogniser !== null) this.#follow(this.#read());
    return this.#recogniser ?? this.#make();
  }

  #make(): RecogniserLike {
    const { options, settings } = this.#read();
    const recogniser = this.createRecogniser({ ...options, ...settings });
    this.#made = JSON.stringify(options);
    this.#asked = settings;
    this.#recogniser = recogniser;
    // a visitor's choice outlives the recogniser that it was told
    recogniser.handle({ name: 'devices-choose', detail: this.known.chosen });
    this.#unsubscribe = recogniser.subscribe((known) => this.#show(known));
    for (const type of FORWARDED) {
      recogniser.addEventListener(type, ({ detail }: CustomEvent<unknown>) => {
        // a recogniser that was let go says no more in this element's name
        if (this.#recogniser !== recogniser) return;
        if (detail instanceof MemoError) this.#refuse(detail, recogniser.state);
        // what an attribute has to do with was told as such
        if (!this.#problems.includes(detail as MemoError)) this.#tell(type, detail);
      });
    }
    return recogniser;
  }

  /** Everybody sees the same: this element, its states, the parts. */
  #show(known: RecogniserState): void {
    this.known = known;
    this.#timelineFetch.see(known);
    this.#states.show(known.phase, known.conditions, isWithheld(known.estimate));
    tellAll(this.#subscribers, known);
  }

  #tell(type: (typeof FORWARDED)[number], detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #close(): void {
    this.#unsubscribe();
    this.#unsubscribe = () => undefined; // the way out of it would keep it
    const recogniser = this.#recogniser;
    const { phase: previous, conditions, chosen } = this.#now;
    this.#recogniser = null;
    recogniser?.close();
    this.#refused.clear(); // the next one's may have it
    const read = this.#read();
    this.#problems = read.problems;
    this.#show({ ...INITIAL_STATE, ...wished(read), chosen });
    // nobody hears of it from a recogniser that was let go
    if (previous !== 'idle' || conditions.length > 0)
      this.#tell('statechange', { phase: 'idle', previous, conditions: [] });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-engine': MemoEngine;
  }
}
