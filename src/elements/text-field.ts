/** A line of text and the button that sends it: what is said, another sentence, other words. */

import { css, html, nothing, type TemplateResult } from 'lit';

/** What is longer is told by whoever reads it: a field that cuts says nothing. This is for a whole book that is pasted. */
const MOST_CHARACTERS = 5000;

export const fieldStyles = css`
  form {
    display: flex;
    flex-wrap: wrap;
    gap: 0.375rem 0.5rem;
  }
  input[type='text'] {
    flex: 1 1 min(12rem, 100%);
    min-inline-size: 0;
    min-block-size: 44px;
    padding: 0.25rem 0.875rem;
    border: 1px solid var(--_edge);
    border-radius: var(--_radius);
    background: var(--_surface);
    color: inherit;
    font: inherit;
  }
  input::placeholder {
    color: var(--_muted);
    opacity: 1;
  }
`;

export interface TextField {
  readonly label: string;
  readonly hint: string;
  readonly button: string;
  /** `data-testid` of the line and of the button. */
  readonly names: readonly [line: string, button: string];
  /** What it begins with; its visitor's from then on. */
  readonly value?: string;
  /** The button, or Enter. */
  readonly send: (text: string) => void;
  readonly typed?: () => void;
  /** Whether what was sent is refused by the {@link errorMessage} in the same root. */
  readonly refused?: boolean;
}

export function textField({
  label,
  hint,
  button,
  names,
  value,
  send,
  typed,
  refused,
}: TextField): TemplateResult {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    send((event.currentTarget as HTMLFormElement).querySelector('input')?.value ?? '');
  };
  return html`<form @submit=${submit}>
    <input
      type="text"
      aria-label=${label}
      aria-invalid=${refused === true ? 'true' : nothing}
      aria-describedby=${refused === true ? 'error' : nothing}
      placeholder=${hint}
      autocomplete="off"
      autocapitalize="off"
      enterkeyhint="done"
      maxlength=${MOST_CHARACTERS}
      value=${value ?? ''}
      data-testid=${names[0]}
      @input=${() => typed?.()}
    />
    <button class="quiet" data-testid=${names[1]}>${button}</button>
  </form>`;
}
