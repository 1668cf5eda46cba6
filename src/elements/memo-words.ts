import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { WordSourceKind } from '../capture/words';
import { isForeign } from '../memobert/prompt';
import { INITIAL_WORDS, type RecogniserState, type WordsState } from '../recogniser';
import { BaseElement } from './base-element';
import { buttons } from './buttons';
import { customElement } from './custom-element';
import { Debouncer } from './debouncer';
import { property, query, state } from './decorators';
import { errorMessage, errorStyles } from './error-message';
import { takeDrops } from './file-drop';
import { strings } from './strings';
import { fieldStyles, textField } from './text-field';
import type * as panels from './words-panels';

/** Milliseconds without a keystroke after which what was typed counts as said. */
const TYPING_PAUSE_MS = 300;

/**
 * Where the words come from, and the words themselves: a field to type them, captions, the browser's recognition, a speech
 * model in the page. Sends `text` when typing pauses, or at once with Enter; `words-choose`, `words-start`, `words-stop`,
 * `words-captions`, `words-dismiss-error`; `start-file` for a file that is dropped on it beside its captions.
 */
@customElement('memo-words')
export class MemoWords extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    buttons,
    errorStyles,
    fieldStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.5rem;
        container-type: inline-size;
      }
      fieldset {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.375rem 0.75rem;
        min-inline-size: 0;
        margin: 0;
        padding: 0;
        border: 0;
      }
      legend {
        float: inline-start; /* else it takes a line of its own */
        padding: 0;
      }
      .choices {
        display: flex;
        flex-wrap: wrap;
        border: 1px solid var(--_line);
        border-radius: var(--_radius);
        overflow: hidden;
      }
      .choice {
        display: flex;
        flex: 1 0 auto;
        align-items: center;
        justify-content: center;
        min-block-size: 36px;
        padding: 0 0.75rem;
        font-size: 0.875em;
        cursor: pointer;
      }
      .choice:hover {
        background: var(--_sunken);
      }
      .choice:has(:checked) {
        background: var(--_sunken);
        box-shadow: inset 0 -2px 0 var(--_ink);
        font-weight: 600;
      }
      @media (forced-colors: active) {
        .choice:has(:checked) {
          background: Highlight;
          color: HighlightText;
          forced-color-adjust: none;
        }
      }
      .choice:has(:focus-visible) {
        outline: 2px solid var(--_focus);
        outline-offset: -2px;
      }
      .note {
        color: var(--_muted);
        font-size: 0.875em;
      }
      @container (max-width: 24rem) {
        .choices {
          inline-size: 100%;
        }
        .choice {
          min-block-size: 44px;
          padding: 0 0.5rem;
        }
      }
    `,
  ];

  /** What the recogniser takes as said when it is typed. */
  @property() text = '';
  /** Where the words come from, and what was said. */
  @property({ attribute: false }) words: WordsState = INITIAL_WORDS;
  /** The run's microphone was taken away. */
  @property({ type: Boolean }) deaf = false;
  /** A file is open. */
  @property({ type: Boolean }) file = false;

  /** What is said has no word that the model reads. */
  @state() private foreign = false;

  /** What is shown of words that are not typed; null until somebody chose such a source. */
  @state() private panels: typeof panels | null = null;

  @query('input[type=text]') private readonly input!: HTMLInputElement | null;
  @query('input[type=file]') private readonly chooser!: HTMLInputElement;
  readonly #pause = new Debouncer(TYPING_PAUSE_MS);
  /** Last sent: a pause without a change asks nothing, Enter always does. */
  #sent = '';

  constructor() {
    super();
    takeDrops(this, (name, detail) => this.request(name, detail));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#pause.cancel();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('words') && this.words.source !== 'typed') void this.#fetch();
    // never under the visitor's fingers
    if (!changed.has('text') || this.text === this.#sent) return;
    this.#sent = this.text;
    if (this.input !== null) this.input.value = this.text;
  }

  protected override take({ text, words, microphone, media, labels }: RecogniserState): void {
    Object.assign(this, { text, words, deaf: microphone === 'lost', file: media !== null });
    const said = words.source === 'typed' ? text : words.said.map((each) => each.text).join('');
    this.foreign = said.trim() !== '' && isForeign(said, labels?.[0] ?? 'happy');
  }

  override render(): TemplateResult {
    const { error, offered } = this.words;
    return html`<fieldset>
        <legend class="heading">${strings.controls.text}</legend>
        <div class="choices">${offered.map((source) => this.#choice(source))}</div>
      </fieldset>
      ${this.#panel()}
      ${this.foreign ? html`<p class="note" role="status">${strings.words.foreign}</p>` : nothing}
      <input
        type="file"
        accept=".vtt,.srt,text/vtt"
        hidden
        data-testid="captions-file"
        @change=${this.#takeFile}
      />
      ${error === null ? nothing : errorMessage(error, () => this.request('words-dismiss-error', {}))}`;
  }

  #choice(source: WordSourceKind): TemplateResult {
    return html`<label class="choice">
      <input
        class="hidden-visually"
        type="radio"
        name="source"
        value=${source}
        data-testid="words-${source}"
        .checked=${source === this.words.source}
        @change=${() => this.#choose(source)}
      />
      ${strings.words.sources[source]}
    </label>`;
  }

  /** It may be refused: the state says what is chosen. */
  #choose(source: WordSourceKind): void {
    this.request('words-choose', { source });
    for (const choice of this.renderRoot.querySelectorAll<HTMLInputElement>('[name=source]'))
      choice.checked = choice.value === this.words.source;
  }

  #panel(): unknown {
    const { source, on } = this.words;
    if (source === 'typed') return this.#form();
    const { panels } = this;
    if (panels === null) return nothing;
    if (source === 'captions') return panels.captionsPanel(this.words, () => this.chooser.click());
    return panels.listenPanel(this, () => this.request(on ? 'words-stop' : 'words-start', {}));
  }

  async #fetch(): Promise<void> {
    if (this.panels !== null) return;
    try {
      const panels = await import('./words-panels');
      this.dress([panels.panelStyles]);
      this.panels = panels;
    } catch {
      // offline: it stays empty until something about the words changes
    }
  }

  #form(): TemplateResult {
    return textField({
      label: strings.controls.text,
      hint: strings.controls.textHint,
      button: strings.controls.send,
      names: ['text', 'send'],
      value: this.#sent,
      typed: () => this.#pause.call(() => this.#send()),
      send: () => {
        this.#pause.cancel();
        this.#send(true);
      },
    });
  }

  #send(again = false): void {
    const text = this.input?.value ?? this.#sent;
    if (text === this.#sent && !again) return;
    this.#sent = text;
    this.request('text', { text });
  }

  #takeFile(event: Event): void {
    const input = event.currentTarget as HTMLInputElement;
    const file = input.files?.[0];
    if (file !== undefined) this.request('words-captions', { file, name: file.name });
    input.value = ''; // the same file can be chosen again
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-words': MemoWords;
  }
}
