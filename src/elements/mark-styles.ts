/** How a marked moment looks: its word, and how likely the model and the adaptation hold it. */

import { css } from 'lit';

export const markStyles = css`
  .part {
    display: grid;
    gap: 0.5rem;
  }
  .word {
    color: var(--_hue);
    font-weight: 600;
  }
  .marks {
    display: grid;
    gap: 0.125rem 1rem;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr));
  }
  .mark {
    display: grid;
    grid-template-columns: 7.5em 1fr max-content;
    align-items: center;
    gap: 0.75rem;
    padding-block: 0.375rem;
    border-block-end: 1px solid var(--_line);
  }
  .mark b {
    color: var(--_hue);
  }
  .mark button {
    min-block-size: 36px;
    min-inline-size: 2.25rem;
    padding: 0;
  }
  .lines {
    display: grid;
    grid-template-columns: 1fr 7em;
    align-items: center;
    gap: 0 0.5rem;
  }
  .line {
    block-size: 0.4375rem;
    border-radius: 2px;
    background: linear-gradient(var(--_hue) 0 0) 0 / calc(var(--_p) * 100%) 100% no-repeat var(--_track);
    -webkit-print-color-adjust: exact;
    transition: background-size 260ms;
  }
  @container (max-width: 24rem) {
    .mark {
      grid-template-columns: 1fr max-content;
      gap: 0 0.75rem;
    }
    .lines {
      grid-row: 2;
    }
    .mark button {
      grid-row: span 2;
    }
  }
  @media (forced-colors: active) {
    .line {
      outline: 1px solid CanvasText;
      background: linear-gradient(Highlight 0 0) 0 / calc(var(--_p) * 100%) 100% no-repeat Canvas;
      forced-color-adjust: none;
    }
  }
`;
