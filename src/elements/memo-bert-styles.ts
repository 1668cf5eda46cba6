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
    grid-template-areas: 'top' 'prompt' 'stage' var(--_file,) 'give' 'bars' 'why' 'apart' 'foot';
    grid-template-columns: minmax(0, 1fr);
    padding: var(--memo-padding, 1rem);
  }
  /* without a file its row would leave a gap behind */
  .all:has(.file) {
    --_file: 'file';
  }
  .top {
    display: grid;
    grid-area: top;
    gap: 0.75rem;
  }
  memo-prompt {
    grid-area: prompt;
  }
  /* in one column its two parts stand apart, with the file between them */
  .side {
    display: contents;
  }
  .stage {
    display: grid;
    grid-area: stage;
    gap: 0.625rem;
    align-content: start;
  }
  .give {
    display: grid;
    grid-area: give;
    gap: 1rem;
    align-content: start;
  }
  .file {
    display: grid;
    grid-area: file;
    gap: 0.625rem;
  }
  memo-bars {
    grid-area: bars;
  }
  .why {
    display: grid;
    grid-area: why;
    gap: 1.25rem;
    padding-block-start: 0.5rem;
    border-block-start: 1px solid var(--_line);
  }
  .apart {
    display: grid;
    grid-area: apart;
    gap: 0.25rem;
    padding-block-start: 0.75rem;
    border-block-start: 1px solid var(--_line);
  }
  .apart details > :not(summary) {
    margin-block: 0.5rem 1rem;
  }
  footer {
    display: grid;
    grid-area: foot;
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
      grid-template-areas:
        'top   top'
        'side  prompt'
        'side  bars'
        var(--_file,)
        'why   why'
        'apart apart'
        'foot  foot';
      grid-template-columns: minmax(0, 1fr) minmax(0, 1.1fr);
      grid-template-rows: auto auto 1fr;
      gap: 1.25rem clamp(1.75rem, 4.5cqi, 3.75rem);
      padding: var(--memo-padding, 1.25rem clamp(1.25rem, 2.8cqi, 2.25rem) 1.5rem);
    }
    .all:has(.file) {
      --_file: 'file file';
    }
    .side {
      display: grid;
      grid-area: side;
      gap: 1.25rem;
      align-content: start;
    }
    .side > * {
      grid-area: auto;
    }
    memo-prompt {
      padding-block-start: 0.25rem;
    }
    .why {
      padding-block-start: 1.25rem;
    }
  }
`;
