/** A line that opens what is below it: the summary of a `<details>`. */

import { css } from 'lit';

export const disclosure = css`
  summary {
    display: inline-flex;
    align-items: center;
    gap: 0.5em;
    min-block-size: 36px;
    border-radius: 4px;
    cursor: pointer;
    font-weight: 600;
    list-style: none;
  }
  summary::-webkit-details-marker {
    display: none;
  }
  summary::before {
    content: '';
    inline-size: 0.4em;
    block-size: 0.4em;
    border: solid currentColor;
    border-width: 0 0.12em 0.12em 0;
    transform: rotate(-45deg);
  }
  [open] > summary::before {
    transform: rotate(45deg);
  }
`;
