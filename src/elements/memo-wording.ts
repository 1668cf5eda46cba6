import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MemoError } from '../errors';
import { LABEL_SET_SIZES, LABEL_SETS, PROMPTS } from '../memobert/presets';
import type { RecogniserState } from '../recogniser';
import { BaseElement } from './base-element';
import { buttons } from './buttons';
import { choices, disclosure } from './choices';
import { errorMessage, errorStyles } from './error-message';
import { DEFAULT_LABELS, DEFAULT_PROMPT } from './format';
import { strings } from './strings';

/**
 * Asks otherwise: the paper's three sentences or one's own, sets of 4, 7 and 8 words or one's own. Sends `prompt`; what the
 * vocabulary refuses is told here, and what held before holds.
 */
@customElement('memo-wording')
export class MemoWording extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    buttons,
    choices,
    disclosure,
    errorStyles,
    css`
      :host {
        display: block;
        font-size: 0.9375em;
      }
      .all {
        display: grid;
        gap: 0.875rem;
        padding-block: 0.5rem;
      }
      form {
        display: flex;
        flex-wrap: wrap;
        gap: 0.375rem;
        margin-block-start: 0.375rem;
      }
      input[type='text'] {
        flex: 1 1 12rem;
        min-inline-size: 0;
        min-block-size: 2.5rem;
        padding: 0.25rem 0.75rem;
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

  /** With `[MASK]` once; what holds. */
  @property() prompt = DEFAULT_PROMPT;
  /** Label ids; what holds. */
  @property({ attribute: false }) labels: readonly string[] = DEFAULT_LABELS;
  @property({ attribute: false }) error: MemoError | null = null;

  protected override take({ prompt, labels, promptError }: RecogniserState): void {
    this.prompt = prompt ?? DEFAULT_PROMPT;
    this.labels = labels ?? DEFAULT_LABELS;
    this.error = promptError;
  }

  override render(): TemplateResult {
    return html`<details>
      <summary data-testid="wording">${strings.wording.open}</summary>
      <div class="all">
        ${this.#sentences()} ${this.#words()}
        ${
          this.error === null
            ? nothing
            : errorMessage(this.error, () => this.request('prompt-dismiss-error', {}))
        }
      </div>
    </details>`;
  }

  #sentences(): TemplateResult {
    return html`<fieldset>
      <legend class="heading">${strings.wording.sentence}</legend>
      <div class="chips" lang="en">
        ${PROMPTS.map((prompt) =>
          this.#choice('sentence', prompt, prompt.replace('[MASK]', '[…]'), prompt === this.prompt, () =>
            this.request('prompt', { prompt }),
          ),
        )}
      </div>
      ${this.#own('sentence', strings.wording.ownSentence, (prompt) => this.request('prompt', { prompt }))}
    </fieldset>`;
  }

  #words(): TemplateResult {
    return html`<fieldset>
      <legend class="heading">${strings.wording.words}</legend>
      <div class="chips">
        ${LABEL_SET_SIZES.map((size) => {
          const labels: readonly string[] = LABEL_SETS[size];
          const on = labels.join() === this.labels.join();
          const ask = () => this.request('prompt', { labels });
          return this.#choice('words', String(size), strings.wording.set(String(size)), on, ask);
        })}
      </div>
      ${this.#own('words', strings.wording.ownWords, (text) => {
        const labels = text.split(/[\s,]+/).filter((word) => word !== '');
        this.request('prompt', { labels });
      })}
    </fieldset>`;
  }

  #choice(name: string, value: string, text: string, on: boolean, ask: () => void): TemplateResult {
    return html`<label class="chip">
      <input
        type="radio"
        name=${name}
        value=${value}
        .checked=${on}
        data-testid="ask-${name}-${value}"
        @change=${ask}
      />${text}
    </label>`;
  }

  #own(name: string, hint: string, ask: (text: string) => void): TemplateResult {
    const submit = (event: SubmitEvent) => {
      event.preventDefault();
      const input = (event.currentTarget as HTMLFormElement).querySelector('input');
      const text = input?.value.trim() ?? '';
      if (text !== '') ask(text);
    };
    return html`<form @submit=${submit}>
      <input
        type="text"
        aria-label=${hint}
        placeholder=${hint}
        autocomplete="off"
        autocapitalize="off"
        maxlength="240"
        lang="en"
        data-testid="own-${name}"
      />
      <button class="quiet" data-testid="ask-own-${name}">${strings.wording.ask}</button>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-wording': MemoWording;
  }
}
