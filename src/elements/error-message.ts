/** What went wrong and what to do about it, as `<memo-error>` shows it for a run and `<memo-words>` for the words. */

import { css, html, nothing, type TemplateResult } from 'lit';
import type { MemoError } from '../errors';
import { strings } from './strings';

export const errorStyles = css`
  .error {
    display: grid;
    grid-template-columns: 1fr auto;
    align-items: start;
    gap: 0.25rem 1rem;
    padding: 0.875rem 1rem;
    border: 1px solid color-mix(in oklab, var(--_live) 55%, var(--_surface));
    border-radius: var(--_radius);
    background: color-mix(in oklab, var(--_live) 8%, var(--_surface));
    overflow-wrap: anywhere;
  }
  .what {
    font-weight: 650;
  }
  .cure,
  .code {
    grid-column: 1 / -1;
  }
  .code {
    color: var(--_muted);
    font-size: 0.8125em;
  }
  code {
    font-family: ui-monospace, 'SF Mono', Consolas, monospace;
  }
  .error button {
    min-block-size: 36px;
    margin-block: -0.375rem;
    padding: 0.25rem 0.875rem;
    border: 1px solid currentColor;
    border-radius: 99px;
    background: none;
    font-size: 0.875em;
  }
  .error button:hover {
    background: color-mix(in oklab, currentColor 8%, transparent);
  }
`;

/** An error's own words are English; in another language it is said by its fault, its own words one click away. */
export function errorMessage(error: MemoError, dismiss: () => void): TemplateResult {
  const { message, cure, code } = error;
  const said = strings.errors(error);
  /** Lit calls it on the part that shows the message; the button goes with it. */
  const leave = function (this: HTMLElement) {
    dismiss();
    this.focus();
  };
  return html`<div class="error" id="error" role="alert" data-testid="error" data-code=${code}>
    <p class="what">${said?.what ?? message}</p>
    <button type="button" data-testid="dismiss" @click=${leave}>${strings.error.dismiss}</button>
    <p class="cure">${said?.cure ?? cure}</p>
    ${
      said === null
        ? nothing
        : html`<details class="code">
            <summary>${strings.error.original}</summary>
            <p lang="en">${message} ${cure}</p>
          </details>`
    }
    <p class="code">${strings.error.code} <code>${code}</code></p>
  </div>`;
}
