import { css, html, nothing, svg, type TemplateResult } from 'lit';
import { MODALITIES, type Estimate, type LookedAt, type Modality } from '../memobert/estimate';
import type { RecogniserState } from '../recogniser';
import { BaseElement } from './base-element';
import { customElement } from './custom-element';
import { property } from './decorators';
import { secondsOf, spansOf } from './evidence-spans';
import { strings } from './strings';

/** A voice that ended four seconds ago began up to four before. */
const SECONDS = 8;
const WIDTH = 1000;
const TRACKS = ['face', 'voice'] as const;
const NOTHING: LookedAt = { times: [], each: 1 };

/**
 * Which seconds of face and voice the estimate was made of: two tracks up to its moment, with gaps where no face was seen and
 * nobody spoke. Of a file, those of the moment that it was scrubbed to.
 * @csspart track - the track of one modality
 */
@customElement('memo-evidence')
export class MemoEvidence extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    css`
      :host {
        display: grid;
        grid-template-columns: max-content 1fr max-content;
        align-items: center;
        gap: 0.25rem 0.75rem;
        font-size: 0.8125em;
      }
      .heading {
        grid-column: 1 / -1;
        font-size: 1em;
      }
      svg {
        inline-size: 100%;
        block-size: 0.75rem;
        border-radius: 3px;
        background: var(--_track);
      }
      path {
        fill: currentColor;
      }
      .seconds {
        min-inline-size: 3.25em;
        text-align: end;
      }
      .seconds,
      .axis {
        color: var(--_muted);
      }
      .axis {
        display: flex;
        grid-column: 2;
        justify-content: space-between;
      }
    `,
  ];

  @property({ attribute: false }) estimate: Estimate | null = null;

  /** What visitors may give: a track of each that lasts. */
  @property({ attribute: false }) offered: readonly Modality[] = MODALITIES;

  protected override take({ estimate, modalities }: RecogniserState): void {
    this.estimate = estimate;
    this.offered = modalities;
  }

  override render(): unknown {
    const tracks = TRACKS.filter((modality) => this.offered.includes(modality));
    if (tracks.length === 0) return nothing;
    return html`<p class="heading">${strings.lookedAt.heading}</p>
      ${tracks.map((modality) => this.#track(modality))}
      <p class="axis">
        <span class="number">${strings.lookedAt.since(String(SECONDS))}</span>
        <span>${strings.lookedAt.now}</span>
      </p>`;
  }

  #track(modality: (typeof TRACKS)[number]): TemplateResult {
    const to = this.estimate?.time ?? 0;
    const from = to - SECONDS;
    const spans = spansOf(this.estimate?.evidence[modality] ?? NOTHING, from, to);
    const seconds = secondsOf(spans).toFixed(1);
    const name = strings.modalities[modality];
    const path = spans
      .map(({ start, end }) => {
        const [left, width] = [start - from, end - start].map((value) => (value / SECONDS) * WIDTH);
        return `M${left?.toFixed(1)} 0h${width?.toFixed(1)}v1h-${width?.toFixed(1)}z`;
      })
      .join('');
    return html`<span aria-hidden="true">${name}</span>
      <svg
        class="track"
        part="track"
        role="img"
        aria-label=${strings.lookedAt.of(name, seconds, String(SECONDS))}
        viewBox="0 0 ${WIDTH} 1"
        preserveAspectRatio="none"
        data-testid="looked-at-${modality}"
        data-seconds=${seconds}
        data-spans=${spans.length}
      >
        ${svg`<path d=${path}></path>`}
      </svg>
      <span class="seconds number" aria-hidden="true"
        >${this.estimate === null ? nothing : strings.lookedAt.seconds(seconds)}</span
      >`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-evidence': MemoEvidence;
  }
}
