import { css, html, nothing, type TemplateResult } from 'lit';
import type { Condition, Phase, RecogniserState } from '../recogniser';
import type { BackendReport } from '../runtime/protocol';
import { BaseElement } from './base-element';
import { customElement } from './custom-element';
import { property } from './decorators';
import { phaseWords, worthSaying } from './state-words';
import { strings } from './strings';

/** The phase, what holds beside it, and what computes: WebGPU or the CPU, and why. */
@customElement('memo-status')
export class MemoStatus extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.375rem 1.25rem;
        min-block-size: 28px;
        font-size: 0.875em;
      }
      .now {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.375rem 0.625rem;
      }
      .phase {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        font-weight: 650;
      }
      .phase::before {
        content: '';
        inline-size: 0.625rem;
        block-size: 0.625rem;
        border: 1.5px solid var(--_muted);
        border-radius: 50%;
      }
      .listening::before {
        border-color: var(--_live);
        background: var(--_live);
      }
      .asking::before,
      .loading::before,
      .warming::before {
        border-color: var(--_ink);
        background: linear-gradient(var(--_ink) 0 0) left / 50% 100% no-repeat;
      }
      .error::before {
        border-color: var(--_live);
        border-radius: 1px;
      }
      .condition {
        padding: 0.05em 0.6em;
        border: 1px solid var(--_line);
        border-radius: 99px;
        background: var(--_sunken);
      }
      .backend {
        color: var(--_muted);
      }
      .backend b {
        color: var(--_ink);
        font-weight: 600;
      }
    `,
  ];

  @property() phase: Phase = 'idle';
  @property({ attribute: false }) conditions: readonly Condition[] = [];
  /** A file: listening is said otherwise. */
  @property({ type: Boolean }) analysing = false;
  /** Null before the model is loaded. */
  @property({ attribute: false }) backend: BackendReport | null = null;

  protected override take({ phase, conditions, backend, source }: RecogniserState): void {
    Object.assign(this, { phase, conditions, backend, analysing: source === 'file' });
  }

  override render(): TemplateResult {
    const { noFaces } = this.backend ?? {};
    return html`<div class="now">
        <span class="phase ${this.phase}" data-testid="phase" data-phase=${this.phase}
          >${phaseWords(this.phase, this.analysing)}</span
        >
        ${worthSaying(this.conditions)
          // the backend's own line says this one, with its reason
          .filter((condition) => condition !== 'cpu-fallback')
          .map(
            (condition) =>
              html`<span class="condition" data-testid="condition-${condition}"
                >${strings.conditions[condition]}</span
              >`,
          )}
        ${noFaces && html`<span class="condition" data-testid="no-faces">${translated(noFaces.message, `${noFaces.message} ${noFaces.cure}`)}</span>`}
      </div>
      ${this.backend === null ? nothing : this.#backend(this.backend)}`;
  }

  #backend({ name, reason, forced, adapter, threads, graphs: { face } }: BackendReport): TemplateResult {
    const why = reason && translated(reason, reason, 'other');
    const details = [
      name === 'webgpu' ? adapter : strings.status.threads(threads),
      // said where it is not the full one: an expression may differ a little
      face.name === 'denseface-light' ? strings.status.lightFace : null,
      forced ? strings.status.forced : why,
    ].filter((detail) => detail !== null && detail !== '');
    return html`<span class="backend" data-testid="backend" data-backend=${name} data-face-graph=${face.name}
      ><b>${strings.status[name]}</b>${details.map((detail) => html`, ${detail}`)}</span
    >`;
  }
}

/** What the worker says is English, unless another language has words of its own: for its reason, or for any `otherwise`. */
function translated(reason: string, english: string, otherwise = reason): unknown {
  const { reasons } = strings.status;
  return reasons[reason] ?? reasons[otherwise] ?? html`<span lang="en">${english}</span>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-status': MemoStatus;
  }
}
