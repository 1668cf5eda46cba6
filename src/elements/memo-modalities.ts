import { css, html, type TemplateResult } from 'lit';
import { MODALITIES, type Estimate, type Modality } from '../memobert/estimate';
import type { Doubt } from '../memobert/reliability';
import type { RecogniserState } from '../recogniser';
import { BaseElement } from './base-element';
import { cssValues } from './css-values';
import { customElement } from './custom-element';
import { property } from './decorators';
import { evidenceNotes } from './evidence-notes';
import { labelGloss, labelSpoken, percent, topIndex } from './format';
import { icons } from './icons';
import { labelColour } from './label-colours';
import { strings } from './strings';

const ICONS: Record<Modality, TemplateResult> = { text: icons.words, face: icons.face, voice: icons.voice };

const SPOILED_BY: Readonly<Partial<Record<Doubt, Modality>>> = { 'poor-light': 'face', clipping: 'voice' };

/** What words, face and voice each say alone, and what leaving one out would change. */
@customElement('memo-modalities')
export class MemoModalities extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }
      .all {
        display: grid;
        gap: 1px;
        background: var(--_line);
      }
      .one {
        display: grid;
        grid-template-columns: 1fr auto;
        align-items: end;
        gap: 0.25rem 1rem;
        padding: 0.875rem 0;
        background: var(--_surface);
      }
      @container (min-width: 40rem) {
        .all {
          grid-template-columns: repeat(auto-fit, minmax(0, 1fr));
          grid-auto-flow: column;
        }
        .one {
          padding: 0.25rem 1.5rem;
        }
        .one:first-child {
          padding-inline-start: 0;
        }
        .one:last-child {
          padding-inline-end: 0;
        }
      }
      .name {
        display: flex;
        align-items: center;
        gap: 0.5rem;
      }
      .answer {
        font-family: var(--_serif);
        font-size: 1.375em;
        font-style: italic;
        line-height: 1.2;
      }
      .answer:lang(ko) {
        font-family: var(--_sans);
        font-size: 1.125em;
        font-style: normal;
      }
      .answer b {
        color: var(--_hue);
      }
      /* a label; what stands in its place is of the language around it */
      .answer [lang] {
        font-family: var(--_serif);
        font-style: italic;
      }
      .answer .number {
        color: var(--_muted);
        font-family: var(--_sans);
        font-size: 0.65em;
        font-style: normal;
      }
      .absent .columns {
        visibility: hidden;
      }
      .absent .answer,
      .contribution {
        color: var(--_muted);
      }
      .contribution {
        grid-column: 1 / -1;
        font-size: 0.8125em;
      }
      .columns {
        display: flex;
        grid-row: span 2;
        align-items: end;
        gap: 3px;
        block-size: 2.75rem;
        border-block-end: 1px solid var(--_line);
      }
      .column {
        position: relative;
        inline-size: 9px;
        block-size: 100%;
        overflow: hidden;
      }
      .column::after {
        content: '';
        position: absolute;
        inset: 0;
        border-radius: 2px 2px 0 0;
        background: var(--_hue);
        transform: translateY(calc((1 - var(--_p)) * 100%));
        transition: transform 260ms cubic-bezier(0.2, 0.7, 0.2, 1);
      }
      @media (forced-colors: active) {
        .all {
          background: none;
        }
        .one {
          border-block-start: 1px solid CanvasText;
        }
        .column::after {
          background: Highlight;
          forced-color-adjust: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) estimate: Estimate | null = null;
  /** Which to show. */
  @property({ attribute: false }) shown: readonly Modality[] = MODALITIES;
  /** Why one is not present, in words. */
  @property({ attribute: false }) notes: Readonly<Partial<Record<Modality, string>>> = {};

  protected override take(state: RecogniserState): void {
    this.estimate = state.estimate;
    this.shown = state.modalities;
    this.notes = evidenceNotes(state);
  }

  override render(): TemplateResult {
    return html`<div class="all">
      ${MODALITIES.filter((modality) => this.shown.includes(modality)).map((modality) => this.#one(modality))}
    </div>`;
  }

  #one(modality: Modality): TemplateResult {
    const own = this.estimate?.modalities[modality];
    const labels = this.estimate?.labels ?? [];
    const values = own?.present === true ? (own.probabilities ?? []) : [];
    const index = topIndex(values);
    const label = labels[index];
    const hue = label === undefined || this.#spoiled(modality) ? 'var(--_muted)' : labelColour(label, labels);
    // no heading: a part cannot know which level it would be in somebody's page
    return html`<div
      role="group"
      aria-label=${strings.modalities[modality]}
      class="one ${label === undefined ? 'absent' : ''}"
      ${cssValues({ '--_hue': hue })}
      data-testid="modality-${modality}"
    >
      <p class="name heading">${ICONS[modality]} ${strings.modalities[modality]}</p>
      ${this.#columns(labels, values)}
      <p class="answer">
        ${
          label === undefined
            ? this.estimate === null
              ? strings.evidence.none
              : strings.evidence.absent
            : this.#spoiled(modality)
              ? html`<b>${strings.unsure.word}</b>`
              : html`<b lang="en">${label}</b>
                  <span class="number">${labelGloss(label) ?? ''} ${percent(values[index] ?? 0)}</span>`
        }
      </p>
      <p class="contribution">
        ${this.#footnote(modality, label === undefined ? null : (own?.contribution ?? 0))}
      </p>
    </div>`;
  }

  /** Its evidence is not fit to be read. */
  #spoiled(modality: Modality): boolean {
    const reasons = this.estimate?.reliability?.reasons ?? [];
    return reasons.some((doubt) => SPOILED_BY[doubt] === modality);
  }

  #footnote(modality: Modality, contribution: number | null): unknown {
    if (contribution === null) return this.notes[modality] ?? '\u00a0';
    return html`${strings.evidence.contribution} <span class="number">${percent(contribution)}</span>`;
  }

  #columns(labels: readonly string[], values: readonly number[]): TemplateResult {
    const spoken = labels
      .map((label, index) => `${labelSpoken(label)} ${percent(values[index] ?? 0)}`)
      .join(', ');
    return html`<div
      class="columns"
      role="img"
      aria-label=${values.length === 0 ? strings.evidence.absent : spoken}
    >
      ${labels.map(
        (label, index) =>
          html`<span
            class="column"
            ${cssValues({ '--_hue': labelColour(label, labels), '--_p': String(values[index] ?? 0) })}
          ></span>`,
      )}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-modalities': MemoModalities;
  }
}
