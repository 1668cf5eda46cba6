import { css, html, nothing, svg, type TemplateResult } from 'lit';
import { isWithheld } from '../memobert/reliability';
import { estimateAt, type Mark, type RecogniserState, type Timeline } from '../recogniser';
import { BaseElement } from './base-element';
import { cssValues } from './css-values';
import { customElement } from './custom-element';
import { property } from './decorators';
import { labelSpoken, percent, topIndex } from './format';
import { labelColour } from './label-colours';
import { clock } from './late-format';
import { strings } from './strings';
import { overTimeWords } from './strings/over-time-words';
import { Drawer, rangeOf, type Drawing, type Range } from './timeline-bands';

const COLUMNS = 300;
/** Seconds that a key moves by. */
const STEPS: Readonly<Record<string, number>> = {
  ...{ ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 },
  ...{ PageUp: 10, PageDown: -10 },
};

/**
 * The estimates over time as stacked bands, the likeliest words' hues above one another, pale where the answer is withheld; where
 * no face was seen and nobody spoke is marked below. Of a file it is a slider: click, drag or arrow keys send `seek`.
 * @csspart bands - the picture of the probabilities
 * @csspart cursor - the line at the moment shown
 */
@customElement('memo-timeline')
export class MemoTimeline extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    css`
      :host {
        display: block;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 1rem;
        margin-block-end: 0.375rem;
      }
      .plot {
        position: relative;
        padding-block-end: 14px;
        border-radius: var(--_radius);
        touch-action: pan-y;
      }
      .plot[role='slider'] {
        cursor: pointer;
      }
      svg {
        inline-size: 100%;
        block-size: var(--memo-timeline-height, 7rem);
        border-radius: calc(var(--_radius) - 2px);
        background: var(--_sunken);
      }
      path {
        fill: var(--_hue);
      }
      .pale {
        opacity: 0.35;
      }
      .mark {
        position: absolute;
        inset-block-end: 7px;
        inset-inline-start: calc(var(--_start) * 100%);
        inline-size: max(2px, calc(var(--_length) * 100%));
        block-size: 4px;
        background: var(--_ink);
      }
      .silence {
        inset-block-end: 1px;
        background: repeating-linear-gradient(90deg, var(--_muted) 0 4px, transparent 4px 7px);
      }
      .cursor {
        position: absolute;
        inset-block: -3px 0;
        inset-inline-start: calc(var(--_at) * 100% - 1px);
        inline-size: 2px;
        background: var(--_ink);
        box-shadow: 0 0 0 1px var(--_surface);
        pointer-events: none;
      }
      .axis,
      .legend {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        color: var(--_muted);
        font-size: 0.8125em;
      }
      .plot,
      .legend {
        -webkit-print-color-adjust: exact;
      }
      .axis {
        padding-block-start: 0.25rem;
      }
      .legend {
        justify-content: start;
        gap: 0.125rem 1rem;
        margin-block-start: 0.25rem;
      }
      .legend li {
        display: flex;
        align-items: center;
        gap: 0.4em;
      }
      .swatch {
        inline-size: 0.75em;
        block-size: 0.75em;
        border-radius: 2px;
        background: var(--_hue);
      }
      @media (forced-colors: active) {
        svg,
        .swatch {
          forced-color-adjust: none;
        }
        .mark,
        .cursor {
          --_ink: CanvasText;
          --_muted: CanvasText;
          --_surface: Canvas;
          forced-color-adjust: none;
        }
      }
      .bar {
        position: relative;
        inset: auto;
        inline-size: 1.25em;
      }
    `,
  ];

  @property({ attribute: false }) timeline: Timeline | null = null;
  /** Seconds; null: the last estimate is shown. */
  @property({ type: Number }) position: number | null = null;
  /** 0 to 1 while the file is analysed, else null. */
  @property({ type: Number }) progress: number | null = null;

  /** Of a file: the answer shown is none of these moments', but of what was typed alone. */
  @property({ type: Boolean }) elsewhere = false;

  readonly #drawer = new Drawer(COLUMNS);

  protected override take({ timeline, position, fileProgress, source }: RecogniserState): void {
    Object.assign(this, {
      timeline,
      position,
      progress: fileProgress,
      elsewhere: source === 'text' && timeline?.seconds != null,
    });
  }

  override render(): TemplateResult {
    const { timeline } = this;
    if (timeline === null) return html`<p class="heading">${overTimeWords().timeline.empty}</p>`;
    const range = rangeOf(timeline);
    const drawn = this.#drawer.draw(timeline, this.progress !== null || timeline.name === null);
    const { bands, marks } = drawn;
    const picture = [this.#bands(timeline, bands), marks.map((mark) => this.#mark(mark, drawn.range))];
    return html`<div class="head">
        <span class="heading">${overTimeWords().timeline.heading}</span>
        ${this.#progress(timeline)}
      </div>
      ${this.elsewhere ? html`<p class="heading">${overTimeWords().timeline.elsewhere}</p>` : nothing}
      ${this.#plot(timeline, range, picture)}
      <div class="axis number"><span>${clock(range.from)}</span><span>${clock(range.to)}</span></div>
      ${this.#legend(timeline, bands, marks)}`;
  }

  #progress({ reached, seconds }: Timeline): unknown {
    if (this.progress === null || seconds === null) return nothing;
    return html`<span
      class="heading number"
      role="progressbar"
      aria-label=${overTimeWords().timeline.progress}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${Math.round(this.progress * 100)}
      data-testid="file-progress"
      >${overTimeWords().timeline.reached(clock(reached), clock(seconds))}</span
    >`;
  }

  #plot(timeline: Timeline, range: Range, picture: unknown): TemplateResult {
    const at = this.position ?? timeline.estimates.at(-1)?.time ?? range.from;
    const cursor = html`<span
      class="cursor"
      part="cursor"
      ${cssValues({ '--_at': String(share(at, range)) })}
    ></span>`;
    const inner = [picture, this.elsewhere ? nothing : cursor];
    // a live source has no moments to go to
    if (timeline.seconds === null) return html`<div class="plot" data-testid="timeline">${inner}</div>`;
    return html`<div
      class="plot"
      role="slider"
      tabindex="0"
      data-testid="timeline"
      aria-label=${overTimeWords().timeline.slider}
      aria-valuemin="0"
      aria-valuemax=${timeline.seconds.toFixed(1)}
      aria-valuenow=${at.toFixed(1)}
      aria-valuetext=${this.#spoken(timeline, at)}
      @keydown=${this.#key}
      @pointerdown=${this.#press}
      @pointermove=${this.#drag}
      @pointerup=${this.#drag}
    >
      ${inner}
    </div>`;
  }

  #bands({ labels }: Timeline, { clear, pale }: Drawing['bands']): TemplateResult {
    const hues = labels.map((label) => labelColour(label, labels));
    const paths = (bands: readonly string[], kind: string) =>
      bands.map(
        (path, index) =>
          svg`<path class=${kind} d=${path} ${cssValues({ '--_hue': hues[index] ?? '' })}></path>`,
      );
    return html`<svg part="bands" viewBox="0 0 ${COLUMNS} 1" preserveAspectRatio="none" aria-hidden="true">
      ${paths(clear, '')}${paths(pale, 'pale')}
    </svg>`;
  }

  #mark({ kind, start, end }: Mark, range: Range): TemplateResult {
    const place = {
      '--_start': String(share(start, range)),
      '--_length': String(share(range.from + end - start, range)),
    };
    return html`<span class="mark ${kind}" data-mark=${kind} ${cssValues(place)}></span>`;
  }

  #legend({ labels }: Timeline, { pale }: Drawing['bands'], shown: readonly Mark[]): TemplateResult {
    const kinds = new Set(shown.map(({ kind }) => kind));
    const hues = labels.map((label) => labelColour(label, labels));
    const swatch = (hue: string, text: string, kind = '') =>
      html`<li><span class="swatch ${kind}" ${cssValues({ '--_hue': hue })}></span>${text}</li>`;
    return html`<ul class="legend">
      ${labels.map((label, index) => swatch(hues[index] ?? '', labelSpoken(label)))}
      ${pale[0] ? swatch(`linear-gradient(90deg, ${hues.join()})`, strings.unsure.word, 'pale') : nothing}
      ${[...kinds].map(
        (kind) =>
          html`<li><span class="mark bar ${kind}"></span>${overTimeWords().timeline.marks[kind]}</li>`,
      )}
    </ul>`;
  }

  #spoken(timeline: Timeline, at: number): string {
    const estimate = estimateAt(timeline, at);
    const top = topIndex(estimate?.probabilities ?? []);
    const label = estimate?.labels[top];
    const said =
      label === undefined
        ? overTimeWords().timeline.nothing
        : isWithheld(estimate)
          ? strings.unsure.word
          : `${labelSpoken(label)} ${percent(estimate?.probabilities[top] ?? 0)}`;
    return `${clock(at)}, ${said}`;
  }

  readonly #key = (event: KeyboardEvent): void => {
    const { timeline } = this;
    if (timeline?.seconds == null || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = this.position ?? timeline.estimates.at(-1)?.time ?? 0;
    const step = STEPS[event.key];
    if (step !== undefined) this.request('seek', { time: at + step });
    else if (event.key === 'Home') this.request('seek', { time: 0 });
    else if (event.key === 'End') this.request('seek', { time: timeline.seconds });
    else return;
    event.preventDefault(); // the page must not scroll with it
  };

  /** Where the pointer went down. */
  #from: Pick<PointerEvent, 'clientX' | 'clientY'> = { clientX: 0, clientY: 0 };

  readonly #press = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.#from = event;
    // a finger may be about to scroll the page
    if (event.pointerType !== 'touch') this.#point(event);
  };

  readonly #drag = (event: PointerEvent): void => {
    const { type, pointerType, pointerId, clientX, clientY, currentTarget } = event;
    if (!(currentTarget as HTMLElement).hasPointerCapture(pointerId)) return;
    const across = Math.abs(clientX - this.#from.clientX) > Math.abs(clientY - this.#from.clientY);
    if (type === 'pointerup' || pointerType !== 'touch' || across) this.#point(event);
  };

  #point({ clientX, currentTarget }: PointerEvent): void {
    const { left, width } = (currentTarget as HTMLElement).getBoundingClientRect();
    const seconds = this.timeline?.seconds ?? 0;
    if (width > 0) this.request('seek', { time: ((clientX - left) / width) * seconds });
  }
}

/** Where in a range, 0 to 1. */
function share(time: number, { from, to }: Range): number {
  return to > from ? Math.min(1, Math.max(0, (time - from) / (to - from))) : 0;
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-timeline': MemoTimeline;
  }
}
