/** The two kinds of button: one strong action, and quiet ones beside it. */

import { css } from 'lit';

export const buttons = css`
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5em;
    min-block-size: 44px;
    padding: 0.25rem 1rem;
    border: 1px solid transparent;
    border-radius: var(--_radius);
    white-space: nowrap;
    transition: background-color 120ms;
  }
  .strong {
    background: var(--_ink);
    color: var(--_surface);
    font-size: 1.0625em;
    font-weight: 650;
  }
  .strong:hover {
    background: color-mix(in oklab, var(--_ink) 84%, var(--_surface));
  }
  .quiet {
    border-color: var(--_line);
    background: none;
    font-size: 0.9375em;
  }
  .quiet:hover {
    background: var(--_sunken);
  }
  button:disabled {
    opacity: 0.45;
    cursor: not-allowed;
  }
`;
