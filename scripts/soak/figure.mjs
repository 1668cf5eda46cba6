/** Numbers over time as an SVG: one strip a quantity, so that a slope shows. No library: a few polylines. */

const WIDTH = 880;
const STRIP = 110;
const LEFT = 200;
const RIGHT = 90;
const TOP = 84;

/**
 * @param {{ title: string, notes: string[], seconds: number[], strips: { name: string, unit: string, values: (number | null)[] }[] }} data
 *   `values` beside `seconds`; null is a gap
 * @returns {string} an SVG that stands alone, readable in light and dark
 */
export function figure({ title, notes, seconds, strips }) {
  const height = TOP + strips.length * STRIP + 40;
  const end = Math.max(...seconds, 1);
  const x = (second) => LEFT + (second / end) * (WIDTH - LEFT - RIGHT);
  const drawn = strips.map((strip, index) => drawStrip(strip, TOP + index * STRIP, seconds, x));
  const axis = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const second = part * end;
    const text = end >= 600 ? `${Math.round(second / 60)} min` : `${Math.round(second)} s`;
    return `<text x="${x(second).toFixed(1)}" y="${height - 14}" text-anchor="middle" class="quiet">${text}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">
<style>
  svg { background: #fdfdfe; color: #12161b; font: 13px system-ui, sans-serif; }
  text { fill: currentColor; } .quiet { fill: #535c67; font-size: 12px; }
  .line { fill: none; stroke: #1c3fc0; stroke-width: 1.5; } .base { stroke: #d3dae1; }
  @media (prefers-color-scheme: dark) {
    svg { background: #15181c; color: #eaeef2; } .quiet { fill: #9ea9b4; } .line { stroke: #7eb3ff; } .base { stroke: #30373f; }
  }
</style>
<text x="16" y="26" font-weight="650">${escaped(title)}</text>
${notes.map((note, line) => `<text x="16" y="${46 + 18 * line}" class="quiet">${escaped(note)}</text>`).join('\n')}
${drawn.join('\n')}
${axis.join('\n')}
</svg>
`;
}

function drawStrip({ name, unit, values }, top, seconds, x) {
  const known = values.filter((value) => value !== null);
  const most = Math.max(...known, 0) * 1.1 || 1;
  const bottom = top + STRIP - 22;
  const y = (value) => bottom - (value / most) * (STRIP - 38);
  const points = values
    .map((value, index) => (value === null ? null : `${x(seconds[index]).toFixed(1)},${y(value).toFixed(1)}`))
    .filter(Boolean);
  const first = known[0] ?? 0;
  const last = known.at(-1) ?? 0;
  return `<g>
<line class="base" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${bottom}" y2="${bottom}"/>
<text x="16" y="${top + 34}">${escaped(name)}</text>
<text x="16" y="${top + 52}" class="quiet">${rounded(first)} → ${rounded(last)} ${escaped(unit)}</text>
<polyline class="line" points="${points.join(' ')}"/>
<text x="${WIDTH - RIGHT + 8}" y="${(y(last) + 4).toFixed(1)}" class="quiet">${rounded(last)} ${escaped(unit)}</text>
</g>`;
}

function rounded(value) {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
