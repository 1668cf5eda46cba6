/** Small drawings, 20 by 20, in the colour of the text around them; always beside words, so hidden from screen readers. */

import { svg, html, type SVGTemplateResult, type TemplateResult } from 'lit';

const frame = (body: SVGTemplateResult): TemplateResult =>
  html`<svg
    viewBox="0 0 20 20"
    width="20"
    height="20"
    fill="none"
    stroke="currentColor"
    stroke-width="1.5"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    ${body}
  </svg>`;

const slash = svg`<path d="M3.5 3.5l13 13" />`;

export const icons = {
  camera: (on: boolean) =>
    frame(
      svg`<rect x="2.5" y="5.5" width="10.5" height="9" rx="2" /><path d="M13 9l4.5-2.5v7L13 11" />${on ? '' : slash}`,
    ),
  microphone: (on: boolean) =>
    frame(
      svg`<rect x="7.25" y="2.5" width="5.5" height="9.5" rx="2.75" /><path d="M4.5 9.5a5.5 5.5 0 0011 0M10 15v2.5" />${on ? '' : slash}`,
    ),
  words: frame(svg`<path d="M3 5h14M3 10h9M3 15h11" />`),
  face: frame(
    svg`<circle cx="10" cy="10" r="7" /><path d="M7.5 8.2v.6M12.5 8.2v.6M7 12.2c.8 1 1.8 1.5 3 1.5s2.2-.5 3-1.5" />`,
  ),
  voice: frame(svg`<path d="M3 8.5v3M6.5 6v8M10 3.5v13M13.5 6v8M17 8.5v3" />`),
  actor: frame(svg`<path d="M7 4.5v11l8.5-5.5z" />`),
  file: frame(svg`<path d="M10 13V3.5M6.5 7L10 3.5 13.5 7M3.5 12.5v4h13v-4" />`),
  stop: frame(svg`<rect x="5" y="5" width="10" height="10" rx="1.5" fill="currentColor" />`),
} as const;
