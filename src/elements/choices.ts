/** Chips of which one or several are on: radio buttons, checkboxes and toggle buttons look alike. */

import { css } from 'lit';

export const choices = css`
  fieldset {
    min-inline-size: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    margin-block-end: 0.375rem;
    padding: 0;
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 0.375rem;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    min-block-size: 36px;
    padding: 0.125rem 0.75rem;
    border: 1px solid var(--_line);
    border-radius: 99px;
    background: none;
    font-size: 0.875em;
    cursor: pointer;
  }
  .chip:hover:not(:disabled) {
    background: var(--_sunken);
  }
  .chip:has(:checked),
  .chip[aria-pressed='true'] {
    border-color: var(--_ink);
    background: var(--_sunken);
    box-shadow: inset 0 0 0 1px var(--_ink);
    font-weight: 600;
  }
  @media (forced-colors: active) {
    .chip:has(:checked),
    .chip[aria-pressed='true'] {
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
  }
  .chip:has(:focus-visible) {
    outline: 2px solid var(--_focus);
    outline-offset: 2px;
  }
  .chip input[type='radio'] {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: 0;
    opacity: 0;
  }
  .chip:disabled {
    opacity: 0.45;
    cursor: not-allowed;
  }
  @media (pointer: coarse) {
    .chip {
      min-block-size: 44px;
    }
  }
`;
