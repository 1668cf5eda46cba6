import { css, html, type TemplateResult } from 'lit';
import type { RecogniserState, SourceKind } from '../recogniser';
import { BaseElement } from './base-element';
import { cssValues } from './css-values';
import { customElement } from './custom-element';
import { property } from './decorators';
import { meterFraction } from './meter-scale';
import { strings } from './strings';

/** How loud the microphone or another sound is, and whether the gate hears speech. */
@customElement('memo-meter')
export class MemoMeter extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        color: var(--_muted);
        font-size: 0.8125em;
      }
      .track {
        position: relative;
        flex: 1;
        block-size: 4px;
        overflow: hidden;
        border-radius: 99px;
        background: var(--_line);
      }
      .fill {
        position: absolute;
        inset: 0;
        border-radius: inherit;
        background: var(--_muted);
        transform: translateX(calc((var(--_p) - 1) * 100%));
        transition: transform 200ms linear;
      }
      .speaking .fill {
        background: var(--_ink);
      }
      .speaking .word {
        color: var(--_ink);
        font-weight: 600;
      }
      .row {
        display: contents;
      }
      .word {
        min-inline-size: 5em;
        text-align: end;
      }
    `,
  ];

  /** Root mean square, 0 to 1. */
  @property({ type: Number }) level = 0;
  @property({ type: Boolean }) speaking = false;
  @property({ type: Boolean }) muted = false;
  /** What is heard; `devices` is the microphone. */
  @property() source: SourceKind | null = 'devices';

  protected override take({ level, speaking, conditions, source }: RecogniserState): void {
    Object.assign(this, { level, speaking, source, muted: conditions.includes('muted') });
  }

  override render(): TemplateResult {
    const { muted, speaking, quiet, label, sound } = strings.meter;
    const fraction = meterFraction(this.muted ? 0 : this.level);
    return html`<div
      class="row ${this.speaking ? 'speaking' : ''}"
      ${cssValues({ '--_p': String(fraction) })}
    >
      <span
        class="track"
        role="meter"
        aria-label=${this.source === 'devices' ? label : sound}
        aria-valuemin="0"
        aria-valuemax="100"
        aria-valuenow=${Math.round(fraction * 100)}
        ><span class="fill"></span
      ></span>
      <span class="word">${this.muted ? muted : this.speaking ? speaking : quiet}</span>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-meter': MemoMeter;
  }
}
