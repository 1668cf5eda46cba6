/** How the parts stand together: one column on a phone, two on a desk; by the element's own width, not the window's. */

import { css } from 'lit';

export const layout = css`
  :host {
    display: block;
    position: relative;
    container-type: inline-size;
    background: var(--_surface);
  }
  .all {
    display: grid;
    gap: 1.25rem;
    grid-template-columns: minmax(0, 1fr);
    padding: var(--memo-padding, 1rem);
    /* parts are as wide as this is */
    --_narrowest: 0;
  }
  .top {
    display: grid;
    gap: 0.75rem;
  }
  /* the picture, a file's timeline below it, and what is given: in this order on every screen and by keyboard */
  .side {
    display: grid;
    gap: 1.25rem;
    align-content: start;
  }
  .stage,
  .file {
    display: grid;
    gap: 0.625rem;
  }
  .give {
    display: grid;
    gap: 1rem;
  }
  .why {
    display: grid;
    gap: 1.25rem;
    padding-block-start: 0.5rem;
    border-block-start: 1px solid var(--_line);
  }
  .apart {
    display: grid;
    gap: 0.25rem;
    padding-block-start: 0.75rem;
    border-block-start: 1px solid var(--_line);
  }
  .apart details > :not(summary) {
    margin-block: 0.5rem 1rem;
  }
  footer {
    display: grid;
    gap: 0.625rem;
    padding-block-start: 1rem;
    border-block-start: 1px solid var(--_line);
  }
  .notice {
    max-inline-size: 110ch;
    text-wrap: pretty;
    color: var(--_muted);
    font-size: 0.8125em;
  }
  .no-picture {
    display: grid;
    inline-size: 100%;
    justify-items: center;
  }
  .no-picture svg {
    inline-size: 50%;
    block-size: auto;
  }
  .drop {
    position: absolute;
    inset: 0;
    z-index: 1;
    display: grid;
    place-items: center;
    border: 2px dashed var(--_focus);
    border-radius: inherit;
    background: color-mix(in oklab, var(--_surface) 90%, transparent);
    font-family: var(--_serif);
    font-size: 1.75em;
    text-align: center;
    pointer-events: none;
  }
  .drop:lang(ko) {
    font-family: var(--_sans);
  }
  @container (min-width: 46rem) {
    .all {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1.1fr);
      grid-template-rows: auto auto 1fr;
      gap: 1.25rem clamp(1.75rem, 4.5cqi, 3.75rem);
      padding: var(--memo-padding, 1.25rem clamp(1.25rem, 2.8cqi, 2.25rem) 1.5rem);
    }
    .all > * {
      grid-column: 1 / -1;
    }
    .all > .side {
      grid-column: 1;
      grid-row: 2 / span 2;
    }
    .all > :is(memo-prompt, memo-bars) {
      grid-column: 2;
    }
    memo-prompt {
      padding-block-start: 0.25rem;
    }
    .why {
      padding-block-start: 1.25rem;
    }
  }
`;
