import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MemoError as MemoFailure } from '../errors';
import { BaseElement } from './base-element';
import { strings } from './strings';

/** What went wrong and what to do about it; its button sends `dismiss-error`, or what `dismisses` says. */
@customElement('memo-error')
export class MemoError extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    css`
      :host {
        display: block;
      }
      .error {
        display: grid;
        grid-template-columns: 1fr auto;
        align-items: start;
        gap: 0.25rem 1rem;
        padding: 0.875rem 1rem;
        border-radius: var(--_radius);
        background: color-mix(in oklab, var(--_live) 8%, var(--_surface));
        box-shadow: inset 0 0 0 1px color-mix(in oklab, var(--_live) 55%, var(--_surface));
        overflow-wrap: anywhere;
      }
      .what {
        font-weight: 650;
      }
      .cure {
        grid-column: 1;
      }
      .code {
        grid-column: 1;
        color: var(--_muted);
        font-size: 0.8125em;
      }
      code {
        font-family: ui-monospace, 'SF Mono', Consolas, monospace;
      }
      button {
        min-block-size: 2.25rem;
        padding: 0.25rem 0.875rem;
        border: 1px solid currentColor;
        border-radius: 99px;
        background: none;
        font-size: 0.875em;
      }
      button:hover {
        background: color-mix(in oklab, currentColor 8%, transparent);
      }
    `,
  ];

  @property({ attribute: false }) error: MemoFailure | null = null;
  /** What its button sends. */
  @property() dismisses: 'dismiss-error' | 'words-dismiss-error' = 'dismiss-error';

  override render(): unknown {
    return this.error === null ? nothing : this.#message(this.error);
  }

  #message({ message, cure, code }: MemoFailure): TemplateResult {
    return html`<div class="error" role="alert" data-testid="error" data-code=${code}>
      <p class="what">${message}</p>
      <button type="button" data-testid="dismiss" @click=${() => this.request(this.dismisses, {})}>
        ${strings.error.dismiss}
      </button>
      <p class="cure">${cure}</p>
      <p class="code">${strings.error.code} <code>${code}</code></p>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-error': MemoError;
  }
}
