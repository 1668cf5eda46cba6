/** What stands in the picture's place: the face that is looked for, in the finder's corners. */

import { svg, html } from 'lit';

const brows = svg`<path d="M52 66q10-7 20-3M88 63q10-4 20 3" />`;
const eyes = svg`<path d="M56 78q6-4 12 0M92 78q6-4 12 0" />`;

export const noPicture = html`<svg
  viewBox="0 0 160 160"
  width="180"
  height="180"
  fill="none"
  stroke="currentColor"
  stroke-width="2"
  stroke-linecap="round"
  stroke-linejoin="round"
  aria-hidden="true"
>
  <g opacity="0.55">
    <path
      d="M80 26c30 0 43 21 42 48-1 34-20 60-42 60s-41-26-42-60c-1-27 12-48 42-48z"
      stroke-dasharray="1 6"
    />
    ${brows}${eyes}
    <path d="M80 76v18q-4 4-7 4M66 113h28" />
  </g>
  <path d="M18 40V26q0-8 8-8h14M120 18h14q8 0 8 8v14M142 120v14q0 8-8 8h-14M40 142H26q-8 0-8-8v-14" />
</svg>`;
