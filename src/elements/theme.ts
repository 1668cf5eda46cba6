/**
 * Private tokens (`--_x`) over public ones (`--memo-x`): an author sets the public, the elements read the private.
 * Light and dark follow the `color-scheme` that the page gives the element.
 */

import { css } from 'lit';

/** What only a screen reader comes upon. */
export const hiddenVisually = css`
  .hidden-visually {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

export const theme = css`
  :host {
    --_surface: var(--memo-surface, light-dark(#fdfdfe, #15181c));
    --_sunken: var(--memo-sunken, light-dark(#edf0f3, #0d0f12));
    --_ink: var(--memo-ink, light-dark(#12161b, #eaeef2));
    --_muted: var(--memo-muted, light-dark(#535c67, #9ea9b4));
    --_line: var(--memo-line, light-dark(#d3dae1, #30373f));
    /* what bars stand in: set in where it is light, raised where it is dark, seen in both */
    --_track: light-dark(var(--_sunken), var(--_line));
    --_edge: var(--memo-edge, light-dark(#7d8793, #6f7a86));
    --_live: var(--memo-live, light-dark(#c11f1f, #ff6a5e));
    --_focus: var(--memo-focus, light-dark(#1c3fc0, #7eb3ff));
    --_radius: var(--memo-radius, 8px);
    --_sans: var(--memo-font, 'Avenir Next', 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif);
    --_serif: var(
      --memo-font-display,
      'Iowan Old Style',
      'Palatino Linotype',
      Palatino,
      'URW Palladio L',
      P052,
      'Book Antiqua',
      Georgia,
      serif
    );
    color: var(--_ink);
    font: var(--memo-font-size, 1em) / 1.45 var(--_sans);
    /* how the text around it is set is not how labels and numbers are */
    letter-spacing: normal;
    text-align: start;
    text-indent: 0;
    text-shadow: none;
    text-transform: none;
    white-space: normal;
    word-spacing: normal;
    /* English or Korean, whatever the page is */
    direction: ltr;
    /* what is laid out by its own width has none of its own, and would be nothing in a dialog or a row */
    contain-intrinsic-inline-size: var(--_narrowest, 16em);
    min-inline-size: 0;
  }
  /* what the page puts in is the page's; what stands in an unnamed slot may be bare text, or a part of ours */
  slot:not([name]):dir(rtl),
  ::slotted([slot]:dir(rtl)) {
    direction: rtl;
  }
  /* a Korean line breaks between words only */
  :host(:lang(ko)) {
    word-break: keep-all;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  p,
  h3,
  h4,
  dl,
  dd,
  ol,
  ul {
    margin: 0;
    padding: 0;
  }
  ol,
  ul {
    list-style: none;
  }
  svg {
    display: block;
  }
  .heading {
    color: var(--_muted);
    font-size: 0.8125em;
    font-weight: 600;
    letter-spacing: 0.01em;
  }
  .number {
    font-variant-numeric: tabular-nums;
  }
  ${hiddenVisually}
  button {
    color: inherit;
    font: inherit;
    cursor: pointer;
  }
  :focus-visible {
    outline: 2px solid var(--_focus);
    outline-offset: 2px;
  }
  /* a bar is all background, which paper and a page in forced colours have none of */
  .track,
  .columns {
    -webkit-print-color-adjust: exact;
  }
  @media (forced-colors: active) {
    .track {
      outline: 1px solid CanvasText;
    }
    .fill {
      background: Highlight !important;
      forced-color-adjust: none;
    }
    :disabled {
      opacity: 1 !important;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }
`;
