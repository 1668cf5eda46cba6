/** The timeline as a picture: bands, marks, a time axis and a legend, in the element's own colours. */

import { MemoError } from '../errors';
import type { Timeline } from '../recogniser';
import { marks } from '../recogniser/timeline-marks';
import { labelSpoken } from './format';
import { hueOf, type Scheme } from './label-colours';
import { clock } from './late-format';
import { strings } from './strings';
import { overTimeWords } from './strings/over-time-words';
import { columnsOf, rangeOf, runs, type Column } from './timeline-bands';

const WIDTH = 1600;
/** With one line of legend; each further one is a {@link LINE} more. */
const HEIGHT = 420;
const LINE = 28;
const FONT = '18px sans-serif';
/** Of a legend's words, right of their swatch's left. */
const TEXT_AT = 24;
const PLOT = { x: 20, y: 20, width: WIDTH - 40, height: 280 } as const;
const COLUMNS = 800;
/** Opacity where the answer is withheld, as `<memo-timeline>` has it. */
const PALE = 0.35;
const GROUND: Record<Scheme, { readonly surface: string; readonly ink: string; readonly line: string }> = {
  light: { surface: '#fdfdfe', ink: '#12161b', line: '#d3dae1' },
  dark: { surface: '#15181c', ink: '#eaeef2', line: '#30373f' },
};

/** 1600 by 420 pixels, and higher by what a legend of many labels takes. Rejects with `capture-unsupported` where there is no canvas. */
export async function timelinePng(timeline: Timeline, scheme: Scheme): Promise<Blob> {
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext('2d');
  if (context === null) {
    throw new MemoError(
      'capture-unsupported',
      'This browser gives no canvas to draw the timeline on.',
      'Export CSV or JSON, or use another browser.',
    );
  }
  const columns = columnsOf(timeline, COLUMNS);
  const legend = legendOf(context, timeline, columns, scheme);
  canvas.height = HEIGHT + (legend.at(-1)?.line ?? 0) * LINE;
  context.fillStyle = GROUND[scheme].surface;
  context.fillRect(0, 0, WIDTH, canvas.height);
  drawBands(context, timeline, columns, scheme);
  drawMarks(context, timeline, scheme);
  drawAxis(context, timeline, scheme);
  drawLegend(context, legend, scheme);
  return canvas.convertToBlob({ type: 'image/png' });
}

type Context = OffscreenCanvasRenderingContext2D;

function drawBands(
  context: Context,
  { labels }: Timeline,
  columns: readonly (Column | null)[],
  scheme: Scheme,
): void {
  const width = PLOT.width / COLUMNS;
  const hues = labels.map((label) => hueOf(label, labels)?.[scheme] ?? '#808080');
  columns.forEach((column, index) => {
    let bottom = PLOT.y + PLOT.height;
    column?.values.forEach((value, label) => {
      const height = value * PLOT.height;
      context.fillStyle = hues[label] ?? '';
      // half a pixel more closes the seam to the next column
      context.fillRect(PLOT.x + index * width, bottom - height, width + 0.5, height);
      bottom -= height;
    });
  });
  // veiled a stretch at once: single columns would show their seams
  context.fillStyle = GROUND[scheme].surface;
  context.globalAlpha = 1 - PALE;
  for (const { from, to } of runs(columns, true)) {
    context.fillRect(PLOT.x + from * width, PLOT.y, (to - from) * width, PLOT.height);
  }
  context.globalAlpha = 1;
  context.strokeStyle = GROUND[scheme].line;
  context.strokeRect(PLOT.x, PLOT.y, PLOT.width, PLOT.height);
}

function drawMarks(context: Context, timeline: Timeline, scheme: Scheme): void {
  const { from, to } = rangeOf(timeline);
  const scale = PLOT.width / Math.max(to - from, 1e-9);
  for (const { kind, start, end } of marks(timeline)) {
    context.fillStyle = GROUND[scheme].ink;
    context.globalAlpha = kind === 'no-face' ? 0.75 : 0.35;
    const y = PLOT.y + PLOT.height + (kind === 'no-face' ? 6 : 14);
    context.fillRect(PLOT.x + (start - from) * scale, y, Math.max(1, (end - start) * scale), 5);
  }
  context.globalAlpha = 1;
}

function drawAxis(context: Context, timeline: Timeline, scheme: Scheme): void {
  const { from, to } = rangeOf(timeline);
  context.fillStyle = GROUND[scheme].ink;
  context.font = FONT;
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    context.textAlign = part === 0 ? 'left' : part === 1 ? 'right' : 'center';
    context.fillText(clock(from + part * (to - from)), PLOT.x + part * PLOT.width, PLOT.y + PLOT.height + 44);
  }
}

interface Entry {
  readonly text: string;
  readonly colours: readonly string[];
  readonly opacity: number;
  readonly x: number;
  /** Its line, from 0. */
  readonly line: number;
}

/** From left to right, and on in another line where there is no room: somebody asks for 27 words of their own. */
function legendOf(
  context: Context,
  { labels }: Timeline,
  columns: readonly (Column | null)[],
  scheme: Scheme,
): Entry[] {
  const { ink } = GROUND[scheme];
  context.font = FONT;
  const found: Entry[] = [];
  let [x, line]: [number, number] = [PLOT.x, 0];
  const entry = (text: string, colours: readonly string[], opacity = 1) => {
    const width = TEXT_AT + context.measureText(text).width;
    if (x > PLOT.x && x + width > PLOT.x + PLOT.width) [x, line] = [PLOT.x, line + 1];
    found.push({ text, colours, opacity, x, line });
    x += width + 28;
  };
  const hues = labels.map((label) => hueOf(label, labels)?.[scheme] ?? '#808080');
  labels.forEach((label, index) => entry(labelSpoken(label), hues.slice(index, index + 1)));
  if (runs(columns, true).length > 0) entry(strings.unsure.word, hues, PALE);
  entry(overTimeWords().timeline.marks['no-face'], [ink], 0.75);
  entry(overTimeWords().timeline.marks.silence, [ink], 0.35);
  return found;
}

function drawLegend(context: Context, legend: readonly Entry[], scheme: Scheme): void {
  context.textAlign = 'left';
  for (const { text, colours, opacity, x, line } of legend) {
    const y = HEIGHT - 32 + line * LINE;
    const width = 16 / colours.length;
    context.globalAlpha = opacity;
    colours.forEach((colour, index) => {
      context.fillStyle = colour;
      context.fillRect(x + index * width, y - 14, width, 16);
    });
    context.globalAlpha = 1;
    context.fillStyle = GROUND[scheme].ink;
    context.fillText(text, x + TEXT_AT, y);
  }
}
