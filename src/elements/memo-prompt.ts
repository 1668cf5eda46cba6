import { css, html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { MODALITIES, type Modality, type WordProbability } from '../memobert/estimate';
import { isWithheld, type Doubt } from '../memobert/reliability';
import type { RecogniserState } from '../recogniser';
import { BaseElement } from './base-element';
import { cssValues } from './css-values';
import { customElement } from './custom-element';
import { property } from './decorators';
import { DEFAULT_LABELS, DEFAULT_PROMPT, labelGloss, percent, splitPrompt, topIndex } from './format';
import { labelColour } from './label-colours';
import './memo-wording';
import { strings } from './strings';

/** Words of the whole vocabulary shown beside the answer. */
const MOST_WORDS = 5;

/**
 * The prompt as a sentence, with the most likely label's word in the mask's place.
 * @csspart sentence - the whole sentence
 * @csspart mask - brackets and word
 * @csspart wording - what asks otherwise, behind a line that opens it
 */
@customElement('memo-prompt')
export class MemoPrompt extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }
      .sentence {
        font-family: var(--_serif);
        /* on one line with its longest word; a long one has smaller letters, and then more lines */
        font-size: max(1.75rem, min(4.25rem, 11.4cqi, 194cqi / var(--_letters)));
        line-height: 1.1;
        letter-spacing: -0.015em;
        text-wrap: balance;
        overflow-wrap: anywhere;
      }
      .mask {
        display: inline-flex;
        align-items: baseline;
        color: var(--_hue);
        transition: color 260ms;
      }
      .bracket {
        /* of a colour under way, Chromium mixes currentColor once and keeps it */
        color: color-mix(in oklab, var(--_hue) 45%, transparent);
        font-weight: 300;
        transition: inherit;
      }
      .word {
        padding-inline: 0.04em;
        font-style: italic;
        font-weight: 600;
        animation: arrive 260ms cubic-bezier(0.2, 0.7, 0.2, 1);
      }
      .word.unsure {
        font-weight: 400;
      }
      .word:lang(ko) {
        font-family: var(--_sans); /* no Korean face has an italic */
        font-style: normal;
      }
      .blank {
        align-self: flex-end;
        inline-size: 2.9em;
        block-size: 0.9em;
        margin-inline: 0.12em;
        border-block-end: 0.045em solid currentColor;
        opacity: 0.55;
      }
      .listening .blank {
        animation: breathe 1.6s ease-in-out infinite alternate;
      }
      .beside {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 0.125rem 0.75rem;
        align-content: start;
        align-items: baseline;
        block-size: 4.8em;
        margin-block-start: 0.75rem;
        color: var(--_muted);
        font-size: 0.9375em;
      }
      .beside > :first-child {
        grid-column: 1 / -1;
      }
      .probability,
      .gloss {
        color: var(--_hue);
        font-weight: 700;
      }
      /* what does not fit is cut: the bars below must not move with the words */
      .words {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.75rem;
        block-size: 3.2em;
        overflow: hidden;
        line-height: 1.6;
      }
      .words li {
        white-space: nowrap;
      }
      .words em {
        color: var(--_ink);
        font-family: var(--_serif);
        font-size: 1.06em;
      }
      @container (min-width: 26rem) {
        .beside {
          block-size: 3.2em;
        }
        .words {
          block-size: 1.6em;
        }
      }
      @keyframes arrive {
        from {
          opacity: 0;
          transform: translateY(0.14em);
        }
      }
      @keyframes breathe {
        to {
          opacity: 0.2;
        }
      }
    `,
  ];

  /** With `[MASK]` once. */
  @property() prompt = DEFAULT_PROMPT;
  /** Label ids, in the manifest's order. */
  @property({ attribute: false }) labels: readonly string[] = DEFAULT_LABELS;
  /** Over `labels`; null leaves the blank open. */
  @property({ attribute: false }) probabilities: readonly number[] | null = null;
  /** Most likely words of the whole vocabulary, highest first. */
  @property({ attribute: false }) words: readonly WordProbability[] = [];
  /** Why the answer is withheld; null where it is not. */
  @property({ attribute: false }) doubts: readonly Doubt[] | null = null;
  /** What visitors may give, for what is said while the blank is open. */
  @property({ attribute: false }) offered: readonly Modality[] = MODALITIES;
  /** A file is open: where the blank stays open, its moment has no answer. */
  @property({ type: Boolean }) file = false;
  /** True while an answer is awaited from a running source. */
  @property({ type: Boolean }) listening = false;

  protected override take({ prompt, labels, estimate, phase, modalities, media }: RecogniserState): void {
    this.offered = modalities;
    this.file = media !== null;
    this.prompt = prompt ?? DEFAULT_PROMPT;
    this.labels = estimate?.labels ?? labels ?? DEFAULT_LABELS;
    this.probabilities = estimate?.probabilities ?? null;
    this.words = estimate?.words ?? [];
    this.doubts = isWithheld(estimate) ? (estimate?.reliability?.reasons ?? []) : null;
    this.listening = phase === 'listening';
  }

  override render(): TemplateResult {
    const index = topIndex(this.probabilities ?? []);
    const label = this.labels[index];
    const [before, after] = splitPrompt(this.prompt);
    const longest = Math.max(...this.labels.map(({ length }) => length));
    const letters = String(before.length + after.length + longest + 2);
    const hue =
      label === undefined || this.doubts !== null ? 'var(--_muted)' : labelColour(label, this.labels);
    return html`<div
      class=${this.listening ? 'listening' : ''}
      ${cssValues({ '--_hue': hue, '--_letters': letters })}
    >
      <p class="sentence" part="sentence" lang="en">
        ${before}<span class="mask" part="mask"
          ><span class="bracket" aria-hidden="true">[</span>${this.#filling(label)}<span
            class="bracket"
            aria-hidden="true"
            >]</span
          ></span
        >${after}
      </p>
      <div class="beside">${this.#beside(label, this.probabilities?.[index] ?? 0)}</div>
      <memo-wording part="wording" .store=${this.named}></memo-wording>
    </div>`;
  }

  #filling(label: string | undefined): unknown {
    if (label === undefined)
      return html`<span
        class="blank"
        role="img"
        lang=${strings.language}
        aria-label=${strings.prompt.blank}
      ></span>`;
    if (this.doubts !== null)
      return html`<span class="word unsure" lang=${strings.language} data-testid="unsure"
        >${strings.unsure.word}</span
      >`;
    return keyed(label, html`<span class="word" data-testid="top">${label}</span>`);
  }

  #beside(label: string | undefined, probability: number): unknown {
    if (label === undefined) {
      const { listening, nowhere, waiting } = strings.prompt;
      if (this.file && !this.listening) return html`<span data-testid="nowhere">${nowhere}</span>`;
      return html`<span>${(this.listening ? listening : waiting)(this.offered)}</span>`;
    }
    if (this.doubts !== null) {
      const reasons = this.doubts.map((doubt) => strings.unsure.doubts[doubt]);
      // which word fits better
      const likely = this.doubts.includes('other-words') ? this.#likely() : nothing;
      return html`<span data-testid="doubts">${strings.unsure.because(reasons)}</span>${likely}`;
    }
    const gloss = labelGloss(label);
    return html`<span
        >${gloss === null ? nothing : html`<b class="gloss" data-testid="gloss">${gloss}</b> `}<span
          class="probability number"
          data-testid="top-probability"
          >${percent(probability)}</span
        >
        ${strings.prompt.ofLabels(this.labels.length)}</span
      >${this.#likely()}`;
  }

  #likely(): unknown {
    const likely = this.words.slice(0, MOST_WORDS);
    if (likely.length === 0) return nothing;
    return html`<span id="all">${strings.prompt.vocabulary}</span>
      <ol class="words" aria-labelledby="all" lang="en">
        ${likely.map(
          ({ word, probability }) =>
            html`<li><em>${word}</em> <span class="number">${percent(probability)}</span></li>`,
        )}
      </ol>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-prompt': MemoPrompt;
  }
}
