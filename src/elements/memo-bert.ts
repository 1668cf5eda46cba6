import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { MemoError } from '../errors';
import { MODALITIES, type Estimate, type Modality } from '../memobert/estimate';
import {
  INITIAL_STATE,
  initialWords,
  isCaptionFile,
  REQUEST_EVENT,
  type Condition,
  type Phase,
  type RecogniserOptions,
  type RecogniserState,
} from '../recogniser';
import type { DeviceWish } from '../runtime/protocol';
import { Announcer } from './announcer';
import { BaseElement } from './base-element';
import { CustomStates } from './custom-states';
import type { MemoBertEventMap, MemoRequestEvent } from './events';
import { evidenceNotes } from './evidence-notes';
import { FileDrop } from './file-drop';
import { topIndex } from './format';
import { labelColour } from './label-colours';
import { livePills } from './live-pills';
import { fetchMedia } from './media-url';
import { layout } from './memo-bert-styles';
import { noPicture } from './no-picture';
import { createRecogniser, type CreateRecogniser, type RecogniserLike } from './recogniser-like';
import { strings } from './strings';
import './memo-bars';
import './memo-controls';
import './memo-error';
import './memo-meter';
import './memo-modalities';
import './memo-preview';
import './memo-progress';
import './memo-prompt';
import './memo-rates';
import './memo-status';
import './memo-words';

const FORWARDED = ['estimate', 'statechange', 'progress', 'error', 'words'] as const;
const DEFAULT_LABELS = Object.keys(strings.labels);

/**
 * An emotion recogniser in the page: camera, microphone and words in, the probability of each emotion word out.
 * Nothing is asked for, loaded or sent before the visitor asks; leaving the document stops everything.
 *
 * @fires {CustomEvent<Estimate>} estimate - a new answer, several times a second
 * @fires {CustomEvent<StateChange>} statechange - phase or conditions changed
 * @fires {CustomEvent<Progress>} progress - the model loads
 * @fires {CustomEvent<MemoError>} error - a run failed and is over
 * @fires {CustomEvent<WordsState>} words - where the words come from, what was said, what is wrong with it
 * @slot notice - instead of the notice that Art. 50(3) of the EU AI Act asks for
 * @cssstate One of the phases: idle, asking, loading, warming, listening, paused, error; and those that hold of
 *   no-face, silence, muted, cpu-fallback, offline.
 * @csspart prompt, preview, controls, words, bars, modalities, status, rates, notice
 */
@customElement('memo-bert')
export class MemoBert extends BaseElement {
  static override styles = [...BaseElement.styles, layout];

  /** URL of the bundle's manifest, relative to the document's base. */
  @property() bundle = './models/small/manifest.json';
  /** Folder of MediaPipe's files, the face detector and the speech gate, relative to the document's base. */
  @property({ attribute: 'asset-base' }) assetBase = './generated/';
  /** URL of a speech model's `speech.json`, in place of the bundle's own; another origin's must be in the page's policy. */
  @property() speech: string | null = null;
  /** `auto` takes WebGPU where a real adapter is, else wasm. */
  @property({ converter: { fromAttribute: deviceOf } }) device: DeviceWish = 'auto';
  /** What visitors are offered to give, space-separated: `text face voice`. */
  @property({ converter: { fromAttribute: modalitiesOf } }) modalities: readonly Modality[] = MODALITIES;
  /** Lets a software adapter stand in for WebGPU: for tests, so there is no attribute. */
  @property({ attribute: false }) allowSoftwareAdapter = false;
  /** Makes the next recogniser; a test brings its own. */
  @property({ attribute: false }) createRecogniser: CreateRecogniser = createRecogniser;

  @state() private known: RecogniserState = INITIAL_STATE;
  /** Of an address given to `analyse()` that no recogniser has seen. */
  @state() private ownError: MemoError | null = null;
  @state() private dropping = false;
  @state() private announcement = '';

  readonly #states = new CustomStates(this.attachInternals());
  readonly #drop = new FileDrop(this, {
    over: (over) => (this.dropping = over),
    file: (file) =>
      this.request(isCaptionFile(file.name) ? 'words-captions' : 'start-file', { file, name: file.name }),
  });
  #announcer = new Announcer();
  #recogniser: RecogniserLike | null = null;
  #madeWith = '';
  #unsubscribe: () => void = () => undefined;
  #fetching: AbortController | null = null;

  constructor() {
    super();
    this.addEventListener(REQUEST_EVENT, (event) => this.#handle(event));
  }

  /** The phase's name. */
  get state(): Phase {
    return this.ownError === null ? (this.#recogniser?.state.phase ?? 'idle') : 'error';
  }

  /** What holds beside the phase. */
  get conditions(): readonly Condition[] {
    return this.#recogniser?.state.conditions ?? [];
  }

  /** The last answer; null before the first and after `stop()`. */
  get estimate(): Estimate | null {
    return this.#recogniser?.state.estimate ?? null;
  }

  /**
   * Asks for the devices that `modalities` call for, and listens. Call it from a click. Resolves once listening, or once
   * a newer start or a stop has won; rejects with the MemoError that is shown.
   */
  async start(): Promise<void> {
    const recogniser = this.#take();
    await recogniser.start({
      camera: this.modalities.includes('face'),
      microphone: this.modalities.includes('voice'),
    });
  }

  /** Ends the run and every track of it; the model stays loaded. */
  stop(): void {
    this.#forgetOwn();
    this.#recogniser?.stop();
  }

  /**
   * Listens to a media file, a stream of the caller's (its tracks are not stopped) or a file's address, in place of the
   * devices. Resolves once listening; rejects with the MemoError that is shown.
   */
  async analyse(source: Blob | MediaStream | string | URL): Promise<void> {
    const recogniser = this.#take();
    if (source instanceof MediaStream) return recogniser.startStream(source);
    if (source instanceof Blob)
      return recogniser.startFile(source, source instanceof File ? source.name : 'blob');
    const { blob, name } = await this.#fetch(new URL(source, document.baseURI).href);
    return recogniser.startFile(blob, name);
  }

  override addEventListener<K extends keyof MemoBertEventMap>(
    type: K,
    listener: (this: MemoBert, event: MemoBertEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener as EventListener, options);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#drop.listen();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#drop.close();
    // moving within the document disconnects and connects at once: only what stays away is stopped
    queueMicrotask(() => {
      if (!this.isConnected) this.#close();
    });
  }

  protected override willUpdate(): void {
    // by value: a start() before the first update has made one already, with these very options
    if (this.#recogniser !== null && this.#key() !== this.#madeWith) this.#close();
    this.#states.show(this.state, this.conditions);
    const said = this.#announcer.next(this.known, performance.now());
    if (said !== null) this.announcement = said;
  }

  override render(): TemplateResult {
    const { known } = this;
    const labels = known.manifest?.labels.map(({ id }) => id) ?? known.estimate?.labels ?? DEFAULT_LABELS;
    const running = known.phase !== 'idle' && known.phase !== 'error';
    const error = this.ownError ?? known.error;
    const words = this.#recogniser === null ? initialWords(this.#options()) : known.words;
    return html`<section class="all" aria-label=${strings.region}>
      <div class="top">
        <memo-status
          part="status"
          .phase=${this.ownError === null ? known.phase : 'error'}
          .conditions=${known.conditions}
          .backend=${known.backend}
        ></memo-status>
        ${error === null ? nothing : html`<memo-error .error=${error}></memo-error>`}
      </div>
      <memo-prompt
        part="prompt"
        .prompt=${known.manifest?.prompt ?? 'I am [MASK].'}
        .labels=${labels}
        .probabilities=${known.estimate?.probabilities ?? null}
        .words=${known.estimate?.words ?? []}
        .listening=${known.phase === 'listening'}
      ></memo-prompt>
      ${this.#stage()}
      <div class="give">
        <memo-controls
          part="controls"
          .running=${running}
          .source=${known.source}
          .camera=${known.camera}
          .microphone=${known.microphone}
          .offered=${this.modalities}
        ></memo-controls>
        ${
          this.modalities.includes('text')
            ? html`<memo-words part="words" .text=${known.text} .words=${words}></memo-words>`
            : nothing
        }
      </div>
      <memo-bars
        part="bars"
        .labels=${labels}
        .probabilities=${known.estimate?.probabilities ?? null}
      ></memo-bars>
      <memo-modalities
        part="modalities"
        .estimate=${known.estimate}
        .shown=${this.modalities}
        .notes=${evidenceNotes(known)}
      ></memo-modalities>
      ${this.#foot()}
      <p class="hidden-visually" role="status" data-testid="announcement">${this.announcement}</p>
      ${this.dropping ? html`<p class="drop">${strings.preview.drop}</p>` : nothing}
    </section>`;
  }

  #stage(): TemplateResult {
    const { known } = this;
    const loading = known.phase === 'loading' || known.phase === 'warming';
    return html`<div class="stage">
      <memo-preview
        part="preview"
        .stream=${known.stream}
        .faces=${known.faces}
        .frameWidth=${known.frameWidth}
        .frameHeight=${known.frameHeight}
        .mirrored=${known.source === 'devices'}
        .fit=${known.source === 'file' ? 'contain' : 'cover'}
        .hue=${this.#hue()}
        .live=${livePills(known)}
      >
        <span slot="placeholder" class="no-picture">${noPicture}</span>
        ${loading ? html`<memo-progress .progress=${known.progress}></memo-progress>` : nothing}
      </memo-preview>
      <memo-meter
        ?hidden=${known.microphone !== 'live'}
        .level=${known.level}
        .speaking=${known.speaking}
        .muted=${known.conditions.includes('muted')}
      ></memo-meter>
    </div>`;
  }

  #foot(): TemplateResult {
    const { known } = this;
    const listening = known.phase === 'listening' || known.phase === 'paused';
    return html`<footer>
      ${
        listening || known.estimate !== null
          ? html`<memo-rates
              part="rates"
              .rates=${listening ? known.rates : null}
              .latency=${known.estimate?.latency ?? {}}
            ></memo-rates>`
          : nothing
      }
      <p class="notice" part="notice"><slot name="notice">${strings.notice}</slot></p>
    </footer>`;
  }

  /** The top label's, for the frame around the face. */
  #hue(): string {
    const { estimate } = this.known;
    const index = topIndex(estimate?.probabilities ?? []);
    const label = estimate?.labels[index];
    return label === undefined ? '#fff' : labelColour(label, index);
  }

  #handle(event: MemoRequestEvent): void {
    event.stopPropagation(); // each recogniser answers to its own element
    this.#take().handle(event.detail);
  }

  /** The recogniser, for a new request: what an earlier address left behind is forgotten. */
  #take(): RecogniserLike {
    if (!this.isConnected)
      throw new MemoError(
        'aborted',
        '<memo-bert> is not in a document.',
        'Append it to the page, then start.',
      );
    this.#forgetOwn();
    this.#recogniser ??= this.#make();
    return this.#recogniser;
  }

  #make(): RecogniserLike {
    const recogniser = this.createRecogniser(this.#options());
    this.#madeWith = this.#key();
    this.#unsubscribe = recogniser.subscribe((known) => (this.known = known));
    for (const type of FORWARDED) {
      recogniser.addEventListener(type, ({ detail }: CustomEvent<unknown>) => {
        // a recogniser that was let go says no more in this element's name
        if (this.#recogniser === recogniser) this.dispatchEvent(new CustomEvent(type, { detail }));
      });
    }
    return recogniser;
  }

  #options(): RecogniserOptions {
    return {
      manifestUrl: this.bundle,
      assetBase: this.assetBase,
      device: this.device,
      ...(this.speech === null ? {} : { speech: this.speech }),
      allowSoftwareAdapter: this.allowSoftwareAdapter,
    };
  }

  #key(): string {
    return JSON.stringify(this.#options());
  }

  #forgetOwn(): void {
    this.#fetching?.abort();
    this.#fetching = null;
    this.ownError = null;
  }

  async #fetch(url: string): Promise<{ blob: Blob; name: string }> {
    const fetching = new AbortController();
    this.#fetching = fetching;
    try {
      return await fetchMedia(url, fetching.signal);
    } catch (cause) {
      const error = MemoError.from(cause);
      if (!fetching.signal.aborted) {
        this.ownError = error;
        this.dispatchEvent(new CustomEvent('error', { detail: error }));
      }
      throw error;
    }
  }

  #close(): void {
    this.#forgetOwn();
    this.#unsubscribe();
    const recogniser = this.#recogniser;
    this.#recogniser = null;
    recogniser?.close();
    this.known = INITIAL_STATE;
    this.#announcer = new Announcer();
  }
}

function deviceOf(value: string | null): DeviceWish {
  return value === 'webgpu' || value === 'wasm' ? value : 'auto';
}

/** Words of the attribute that name a modality; all where there is no attribute. */
function modalitiesOf(value: string | null): readonly Modality[] {
  const words = value?.split(/\s+/) ?? MODALITIES;
  return MODALITIES.filter((modality) => words.includes(modality));
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-bert': MemoBert;
  }
}
