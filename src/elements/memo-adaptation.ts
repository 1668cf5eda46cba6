import { css, html, nothing, type TemplateResult } from 'lit';
import { NO_ADAPTATION, type AdaptationState, type MarkedMoment, type RecogniserState } from '../recogniser';
import { forgetKeptMarks, keepsMarks } from '../offline/kept-marks';
import { adapt, answers, writeAdaptation } from '../recogniser/adaptation';
import { BaseElement } from './base-element';
import { buttons } from './buttons';
import { choices } from './choices';
import { cssValues } from './css-values';
import { customElement } from './custom-element';
import { property, query } from './decorators';
import { errorMessage, errorStyles } from './error-message';
import { saveFile } from './export-file';
import { DEFAULT_LABELS, labelGloss, labelSpoken, percent } from './format';
import { labelColour } from './label-colours';
import { clock } from './late-format';
import { markStyles } from './mark-styles';
import { apartWords } from './strings/apart-words';

/**
 * Make it yours: marks the moment shown with the right word, shows what the marks change at each of them, keeps them in this
 * browser if that is asked for, saves and opens them as a file. Sends `mark`, `unmark`, `adaptation-use`, `adaptation-keep`,
 * `adaptation-clear`, `adaptation-import`.
 */
@customElement('memo-adaptation')
export class MemoAdaptation extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    buttons,
    choices,
    errorStyles,
    markStyles,
    css`
      :host {
        display: grid;
        gap: 1rem;
        container-type: inline-size;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.375rem 1rem;
      }
      /* together, whatever fits beside the switches */
      .buttons {
        gap: 0.375rem;
      }
      .about {
        max-inline-size: 70ch;
        color: var(--_muted);
        text-wrap: pretty;
      }
      .small {
        color: var(--_muted);
        font-size: 0.875em;
      }
      .switch {
        display: flex;
        align-items: center;
        gap: 0.5em;
        min-block-size: 36px;
        cursor: pointer;
      }
      input[type='checkbox'] {
        inline-size: 1.125em;
        block-size: 1.125em;
        accent-color: var(--_focus);
      }
    `,
  ];

  @property({ attribute: false }) adaptation: AdaptationState = NO_ADAPTATION;
  /** Label ids that can be marked. */
  @property({ attribute: false }) labels: readonly string[] = DEFAULT_LABELS;
  /** Whether there is an estimate to mark. */
  @property({ type: Boolean }) ready = false;

  @query('input[type=file]') private readonly file!: HTMLInputElement;

  protected override take({ adaptation, estimate, labels }: RecogniserState): void {
    this.adaptation = adaptation;
    this.labels = labels ?? DEFAULT_LABELS;
    const { subject } = adaptation;
    // a first impression is no answer of the model's, and one of before may be to another sentence
    this.ready = estimate?.provisional !== true && subject !== null && answers(estimate, subject);
  }

  override render(): TemplateResult {
    const { marks, error } = this.adaptation;
    return html`<p class="about">${apartWords().yours.what}</p>
      ${this.#marking()}
      ${error === null ? nothing : errorMessage(error, () => this.request('adaptation-dismiss-error', {}))}
      ${marks.length === 0 ? nothing : this.#effect()} ${this.#foot()}
      <input
        type="file"
        accept=".json,application/json"
        hidden
        data-testid="adaptation-file"
        @change=${this.#open}
      />`;
  }

  #marking(): TemplateResult {
    return html`<fieldset>
      <legend class="heading">${this.ready ? apartWords().yours.mark : apartWords().yours.waiting}</legend>
      <div class="chips">
        ${this.labels.map((word) => {
          const gloss = labelGloss(word);
          return html`<button
            class="chip word"
            type="button"
            ?disabled=${!this.ready}
            data-testid="mark-${word}"
            ${cssValues({ '--_hue': labelColour(word, this.labels) })}
            @click=${() => this.request('mark', { word })}
          >
            <span lang="en">${word}</span>${gloss === null ? nothing : html`&nbsp;${gloss}`}
          </button>`;
        })}
      </div>
    </fieldset>`;
  }

  #effect(): TemplateResult {
    const { marks, fitted } = this.adaptation;
    return html`<div role="group" aria-label=${apartWords().yours.marks} class="part">
      <p class="heading">${apartWords().yours.marks}</p>
      <p role="status" data-testid="effect">${fitted === null ? apartWords().yours.more : this.#summary()}</p>
      <ul class="marks">
        ${marks.map((mark, index) => this.#mark(mark, index))}
      </ul>
      ${fitted === null ? nothing : this.#fitted()}
    </div>`;
  }

  /** The probabilities of the marked words, by the model itself and adapted, on average. */
  #summary(): string {
    const { marks } = this.adaptation;
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const said = marks.map((mark) => this.#said(mark));
    return apartWords().yours.effect(
      percent(mean(said.map(({ before }) => before))),
      percent(mean(said.map(({ after }) => after ?? 0))),
    );
  }

  #said({ word, probabilities }: MarkedMoment): { before: number; after: number | null } {
    const { fitted, subject } = this.adaptation;
    const at = subject?.labels.indexOf(word) ?? -1;
    return {
      before: probabilities[at] ?? 0,
      after: fitted === null ? null : (adapt(probabilities, fitted)[at] ?? 0),
    };
  }

  #mark(mark: MarkedMoment, index: number): TemplateResult {
    const { before, after } = this.#said(mark);
    const gloss = labelGloss(mark.word);
    const name = `${labelSpoken(mark.word)}, ${clock(mark.time)}`;
    return html`<li
      class="mark"
      data-testid="marked"
      data-word=${mark.word}
      data-before=${before}
      data-after=${after ?? ''}
      ${cssValues({ '--_hue': labelColour(mark.word, this.labels) })}
    >
      <span
        ><b lang="en">${mark.word}</b>${gloss === null ? nothing : html` ${gloss}`}
        <span class="small number">${clock(mark.time)}</span></span
      >
      <span class="lines">
        ${this.#line(before, apartWords().yours.before)}
        ${after === null ? nothing : this.#line(after, apartWords().yours.after)}
      </span>
      <button
        class="quiet"
        type="button"
        aria-label=${apartWords().yours.remove(name)}
        data-testid="unmark"
        @click=${() => this.#unmark(index)}
      >
        ×
      </button>
    </li>`;
  }

  /** The keyboard goes on with the mark that took its place, else with the one before. */
  #unmark(index: number): void {
    this.request('unmark', { index });
    requestAnimationFrame(() => {
      const left = this.renderRoot.querySelectorAll<HTMLElement>('.mark button');
      (left[Math.min(index, left.length - 1)] ?? this).focus();
    });
  }

  readonly #forget = (): void => {
    if (this.adaptation.subject === null) forgetKeptMarks(window);
    this.request('adaptation-clear', {});
    this.requestUpdate();
    this.focus(); // without a mark it is disabled
  };

  #line(value: number, name: string): TemplateResult {
    return html`<span class="line" ${cssValues({ '--_p': String(value) })}></span>
      <span class="small number">${percent(value)} ${name}</span>`;
  }

  #fitted(): TemplateResult {
    const { fitted, subject } = this.adaptation;
    const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
    return html`<p class="small number" data-testid="fitted">
      ${apartWords().yours.fitted((fitted?.temperature ?? 1).toFixed(2))}
      <span lang="en"
        >${subject?.labels.map((label, at) => `${label} ${signed(fitted?.bias[at] ?? 0)}`).join(', ')}</span
      >
    </p>`;
  }

  #foot(): TemplateResult {
    const { marks, on, kept, subject } = this.adaptation;
    const none = marks.length === 0;
    // which of them are this model's and prompt's only the model can tell
    const unread = subject === null && keepsMarks(window);
    return html`${unread ? html`<p data-testid="marks-kept">${apartWords().yours.unread}</p>` : nothing}
      <div class="row">
        ${this.#switch('use', apartWords().yours.use, on, none, (next) =>
          this.request('adaptation-use', { on: next }),
        )}
        ${this.#switch('keep', apartWords().yours.keep, kept, none && !kept, (next) => {
          this.request('adaptation-keep', { kept: next });
          if (none) this.focus(); // then it is disabled
        })}
        <div class="row buttons">
          <button class="quiet" type="button" data-testid="save-marks" ?disabled=${none} @click=${this.#save}>
            ${apartWords().yours.save}
          </button>
          <button
            class="quiet"
            type="button"
            data-testid="open-marks"
            ?disabled=${subject === null}
            @click=${() => this.file.click()}
          >
            ${apartWords().yours.load}
          </button>
          <button
            class="quiet"
            type="button"
            data-testid="forget-marks"
            ?disabled=${none && !unread}
            @click=${this.#forget}
          >
            ${apartWords().yours.forget}
          </button>
        </div>
      </div>`;
  }

  #switch(
    name: string,
    text: string,
    on: boolean,
    disabled: boolean,
    ask: (on: boolean) => void,
  ): TemplateResult {
    const change = (event: Event) => {
      const box = event.currentTarget as HTMLInputElement;
      const wanted = box.checked;
      box.checked = on; // the state says what is on: it may be refused
      ask(wanted);
    };
    return html`<label class="switch">
      <input
        type="checkbox"
        .checked=${on}
        ?disabled=${disabled}
        data-testid="${name}-marks"
        @change=${change}
      />${text}
    </label>`;
  }

  readonly #save = (): void => {
    const { subject, marks } = this.adaptation;
    if (subject === null) return;
    const file = new Blob([writeAdaptation(subject, marks)], { type: 'application/json' });
    saveFile(file, 'memo-bert-marks.json');
  };

  readonly #open = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement;
    const file = input.files?.[0];
    if (file !== undefined) this.request('adaptation-import', { file });
    input.value = ''; // the same file can be chosen again
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-adaptation': MemoAdaptation;
  }
}
