/** What stands in the picture's place: the mask's brackets around a face that is not drawn yet. */

import { html } from 'lit';

export const noPicture = html`<svg
  viewBox="0 0 160 120"
  width="240"
  height="180"
  fill="none"
  stroke="currentColor"
  stroke-linecap="round"
  stroke-width="2.5"
  aria-hidden="true"
>
  <path d="M26 14H12v92h14M134 14h14v92h-14" stroke-width="3" />
  <ellipse
    cx="80"
    cy="60"
    rx="37"
    ry="47"
    pathLength="36"
    stroke-dasharray="0 1"
    stroke-width="3.5"
    opacity="0.6"
  />
  <path d="M66 52v5M94 52v5M64 76c9 8 23 8 32 0" />
</svg>`;
