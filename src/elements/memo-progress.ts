import { css, html, nothing, type TemplateResult } from 'lit';
import type { RecogniserState } from '../recogniser';
import type { Progress } from '../runtime/progress';
import { BaseElement } from './base-element';
import { cssValues } from './css-values';
import { customElement } from './custom-element';
import { property } from './decorators';
import { megabytes } from './format';
import { strings } from './strings';

/** The model's loading: bytes of bytes, then the step and what is in hand. */
@customElement('memo-progress')
export class MemoProgress extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    css`
      :host {
        display: block;
        padding: 0.75rem 0.875rem;
        border-radius: calc(var(--_radius) - 4px);
        background: var(--_surface);
        box-shadow: 0 0 0 1px var(--_line);
        font-size: 0.875em;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 1rem;
      }
      .bytes {
        color: var(--_muted);
      }
      .track {
        position: relative;
        block-size: 6px;
        margin-block-start: 0.5rem;
        overflow: hidden;
        border-radius: 99px;
        background: var(--_line);
      }
      .fill {
        position: absolute;
        inset: 0;
        border-radius: inherit;
        background: var(--_ink);
        transform: translateX(calc((var(--_p) - 1) * 100%));
        transition: transform 200ms linear;
      }
      :host([slim]) {
        padding: 0.25rem 0.75rem 0.5rem;
        font-size: 0.75em;
      }
      :host([slim]) .line span:first-child {
        display: none;
      }
      .busy .fill {
        animation: pulse 1.1s ease-in-out infinite alternate;
      }
      @keyframes pulse {
        to {
          opacity: 0.4;
        }
      }
    `,
  ];

  /** Bytes and bar alone: over a picture that is looked at. */
  @property({ type: Boolean, reflect: true }) slim = false;
  /** Null before the manifest is read. */
  @property({ attribute: false }) progress: Progress | null = null;

  protected override take({ progress, estimate }: RecogniserState): void {
    this.progress = progress;
    this.slim = estimate?.provisional === true;
  }

  override render(): TemplateResult {
    const { step, item, loadedBytes, totalBytes, fraction } = this.progress ?? {
      step: 'fetch' as const,
      item: 'manifest.json',
      loadedBytes: 0,
      totalBytes: 0,
      fraction: 0,
    };
    return html`<div class=${step === 'fetch' ? '' : 'busy'} data-testid="progress">
      <div class="line">
        <span>${strings.steps[step]} ${item}</span>
        ${
          totalBytes === 0
            ? nothing
            : html`<span class="bytes number"
                >${strings.progress.bytes(megabytes(loadedBytes), megabytes(totalBytes))}</span
              >`
        }
      </div>
      <div
        class="track"
        role="progressbar"
        aria-label=${strings.progress.label}
        aria-valuemin="0"
        aria-valuemax="100"
        aria-valuenow=${Math.round(fraction * 100)}
        ${cssValues({ '--_p': String(fraction) })}
      >
        <span class="fill"></span>
      </div>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-progress': MemoProgress;
  }
}
