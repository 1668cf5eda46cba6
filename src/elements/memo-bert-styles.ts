/** How the parts stand together: one column on a phone, two on a desk; by the element's own width, not the window's. */

import { css } from 'lit';

export const layout = css`
  :host {
    display: block;
    container-type: inline-size;
    background: var(--_surface);
  }
  .all {
    position: relative;
    display: grid;
    gap: 1.25rem;
    grid-template-areas: 'answer' 'stage' 'give' 'bars' 'modalities' 'foot';
    padding: var(--memo-padding, 1.25rem);
  }
  .answer {
    display: grid;
    grid-area: answer;
    gap: 0.75rem;
  }
  .drop {
    position: absolute;
    inset: 0;
    z-index: 1;
    display: grid;
    place-items: center;
    border: 2px dashed var(--_focus);
    border-radius: var(--_radius);
    background: color-mix(in oklab, var(--_surface) 88%, transparent);
    font-family: var(--_serif);
    font-size: 1.5em;
    text-align: center;
    pointer-events: none;
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
  memo-bars {
    grid-area: bars;
  }
  memo-modalities {
    grid-area: modalities;
    padding-block-start: 1.25rem;
    border-block-start: 1px solid var(--_line);
  }
  footer {
    display: grid;
    grid-area: foot;
    gap: 0.625rem;
    padding-block-start: 1rem;
    border-block-start: 1px solid var(--_line);
  }
  .notice {
    max-inline-size: 75ch;
    color: var(--_muted);
    font-size: 0.8125em;
  }
  @container (min-width: 46rem) {
    .all {
      grid-template:
        'answer answer'
        'stage bars'
        'give bars'
        'modalities modalities'
        'foot foot'
        / minmax(0, 11fr) minmax(0, 10fr);
      gap: 1.5rem clamp(1.5rem, 4cqi, 3.5rem);
      padding: var(--memo-padding, clamp(1.5rem, 3.5cqi, 2.75rem));
    }
  }
`;
