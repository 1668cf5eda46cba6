import { css, html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { isWithheld } from '../memobert/reliability';
import type { RecogniserState } from '../recogniser';
import { BaseElement } from './base-element';
import { cssValues } from './css-values';
import { customElement } from './custom-element';
import { property } from './decorators';
import { DEFAULT_LABELS, labelGloss, percent, topIndex } from './format';
import { labelColour } from './label-colours';
import { strings } from './strings';

/**
 * One bar a label, in the manifest's order: rows never move, the highest is set in bold.
 * @csspart bar - the track of one label
 */
@customElement('memo-bars')
export class MemoBars extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    css`
      :host {
        display: grid;
        grid-template: 1fr auto / minmax(0, 1fr);
      }
      ol {
        display: grid;
        grid-auto-rows: minmax(2rem, 1fr);
        grid-template-columns: minmax(min-content, max-content) 1fr minmax(3.25em, max-content);
        row-gap: 0.125rem;
        /* beside a file there would be room for rows that nobody reads as one list */
        max-block-size: calc(var(--_rows) * 4.25rem);
      }
      li {
        display: grid;
        grid-column: 1 / -1;
        grid-template-columns: subgrid;
        align-items: center;
        column-gap: 0.875rem;
      }
      .label,
      .gloss {
        color: var(--_muted);
      }
      /* as wide as it is in bold: the tracks must not move with the answer */
      .label {
        display: grid;
      }
      .label::after {
        content: attr(data-said);
        block-size: 0;
        overflow: hidden;
        visibility: hidden;
        font-weight: 700;
      }
      .gloss {
        font-size: 0.8125em;
        font-weight: 400;
      }
      .track {
        position: relative;
        block-size: clamp(0.625rem, 1.6cqi, 0.75rem);
        overflow: hidden;
        border-radius: 99px;
        background: color-mix(in oklab, var(--_hue) 13%, var(--_track));
      }
      /* moved, not scaled: its round end stays round, and only the compositor works */
      .fill {
        position: absolute;
        inset: 0;
        border-radius: inherit;
        background: var(--_hue);
        transform: translateX(calc((var(--_p) - 1) * 100%));
        transition: transform 260ms cubic-bezier(0.2, 0.7, 0.2, 1);
      }
      .number {
        color: var(--_muted);
        text-align: end;
      }
      .top .label,
      .top .number {
        color: var(--_hue);
        font-weight: 700;
      }
      .top .track {
        block-size: 0.875rem;
      }
      .unsure .fill {
        opacity: 0.35;
      }
      .note {
        margin-block-start: 0.375rem;
        color: var(--_muted);
        font-size: 0.8125em;
      }
      .empty .number,
      .empty .fill {
        visibility: hidden;
      }
    `,
  ];

  /** Label ids, in the manifest's order. */
  @property({ attribute: false }) labels: readonly string[] = DEFAULT_LABELS;
  /** Over `labels`, summing to 1; null shows empty bars. */
  @property({ attribute: false }) probabilities: readonly number[] | null = null;
  /** The answer is withheld: no bar is set off, all are pale. */
  @property({ type: Boolean }) unsure = false;

  /** MEmoBERT is still on its way: face and voice by their own encoders. */
  @property({ type: Boolean }) provisional = false;

  protected override take({ labels, estimate }: RecogniserState): void {
    // the estimate's own: others may have been asked for since
    this.labels = estimate?.labels ?? labels ?? DEFAULT_LABELS;
    this.probabilities = estimate?.probabilities ?? null;
    this.unsure = isWithheld(estimate);
    this.provisional = estimate?.provisional === true;
  }

  override render(): TemplateResult {
    const values = this.probabilities ?? [];
    const top = this.unsure ? -1 : topIndex(values);
    const note = this.provisional ? strings.bars.provisional : strings.bars.vocabularyIsEnglish;
    return html`<ol
        aria-label=${strings.bars.heading}
        aria-description=${this.unsure ? strings.unsure.bars : nothing}
        class=${this.unsure ? 'unsure' : ''}
        ${cssValues({ '--_rows': String(this.labels.length) })}
        data-testid="bars"
      >
        ${this.labels.map((label, index) =>
          // another word's bar does not grow out of this one's
          keyed(label, this.#row(label, values[index], index === top)),
        )}
      </ol>
      ${note === '' ? nothing : html`<p class="note" data-testid="bars-note">${note}</p>`}`;
  }

  /** The word as the model has it, and what it means where that needs saying. */
  #label(label: string): TemplateResult {
    const gloss = labelGloss(label);
    return html`<span class="label" data-said=${`${label} ${gloss ?? ''}`}
      ><span
        ><span lang="en">${label}</span>${
          gloss === null ? nothing : html` <span class="gloss">${gloss}</span>`
        }</span
      ></span
    >`;
  }

  #row(label: string, value: number | undefined, top: boolean): TemplateResult {
    return html`<li
      class=${top ? 'top' : value === undefined ? 'empty' : ''}
      ${cssValues({ '--_hue': labelColour(label, this.labels), '--_p': String(value ?? 0) })}
      data-label=${label}
      data-probability=${value ?? ''}
    >
      ${this.#label(label)}
      <span class="track" part="bar" aria-hidden="true"><span class="fill"></span></span>
      <span class="number">${percent(value ?? 0)}</span>
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-bars': MemoBars;
  }
}
