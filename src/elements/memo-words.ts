import { css, html, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { RecogniserState } from '../recogniser';
import { BaseElement } from './base-element';
import { buttons } from './buttons';
import { Debouncer } from './debouncer';
import { strings } from './strings';

/** Milliseconds without a keystroke after which what was typed counts as said. */
const TYPING_PAUSE_MS = 300;
/** Far more than the 30 word pieces that are read. */
const MAX_CHARACTERS = 240;

/** The field for what is being said; sends `text` when typing pauses, or at once with Enter. */
@customElement('memo-words')
export class MemoWords extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    buttons,
    css`
      :host {
        display: block;
      }
      form {
        display: flex;
        flex-wrap: wrap;
        gap: 0.375rem 0.5rem;
      }
      label {
        flex: 1 0 100%;
      }
      input {
        flex: 1 1 10rem;
        min-inline-size: 0;
        min-block-size: 2.75rem;
        padding: 0.25rem 0.875rem;
        border: 1px solid var(--_edge);
        border-radius: var(--_radius);
        background: var(--_surface);
        color: inherit;
        font: inherit;
      }
      input::placeholder {
        color: var(--_muted);
        opacity: 1;
      }
    `,
  ];

  /** What the recogniser takes as said. */
  @property() text = '';

  @query('input') private readonly input!: HTMLInputElement;
  readonly #pause = new Debouncer(TYPING_PAUSE_MS);
  /** Last sent: a pause without a change asks nothing, Enter always does. */
  #sent = '';

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#pause.cancel();
  }

  protected override updated(changed: PropertyValues<this>): void {
    // never under the visitor's fingers
    if (!changed.has('text') || this.text === this.#sent) return;
    this.#sent = this.text;
    this.input.value = this.text;
  }

  protected override take({ text }: RecogniserState): void {
    this.text = text;
  }

  override render(): TemplateResult {
    return html`<form @submit=${this.#submit}>
      <label class="heading" for="said">${strings.controls.text}</label>
      <input
        id="said"
        type="text"
        autocomplete="off"
        enterkeyhint="done"
        maxlength=${MAX_CHARACTERS}
        placeholder=${strings.controls.textHint}
        data-testid="text"
        @input=${() => this.#pause.call(() => this.#send())}
      />
      <button class="quiet" data-testid="send">${strings.controls.send}</button>
    </form>`;
  }

  #submit(event: Event): void {
    event.preventDefault();
    this.#pause.cancel();
    this.#send(true);
  }

  #send(again = false): void {
    const text = this.input.value;
    if (text === this.#sent && !again) return;
    this.#sent = text;
    this.request('text', { text });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-words': MemoWords;
  }
}
