import { css, html, type PropertyValues, type TemplateResult } from 'lit';
import type { LookedAt } from '../memobert/estimate';
import { BaseElement } from './base-element';
import { cssValues } from './css-values';
import { customElement } from './custom-element';
import { property, state } from './decorators';
import { dragged, isEmpty, keyed, type CellSpan } from './span-choice';
import { apartWords } from './strings/apart-words';

/** `memo-span`: the cells chosen. */
export type MemoSpanEvent = CustomEvent<CellSpan>;

/**
 * A track of moments, a cell each, of which a span is hidden: dragged over, or moved by the keys of its two ends (arrows, page
 * keys, Home, End; Escape shows all). Part of `<memo-playground>`.
 * @fires {CustomEvent<CellSpan>} memo-span - another span was chosen
 */
@customElement('memo-span')
export class MemoSpan extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    css`
      :host {
        display: block;
      }
      .track {
        position: relative;
        block-size: 2.25rem;
        border-radius: 4px;
        background: repeating-linear-gradient(
          90deg,
          color-mix(in oklab, var(--_ink) 62%, var(--_surface)) 0 calc(100% / var(--_count) - 1px),
          transparent 0 calc(100% / var(--_count))
        );
        cursor: crosshair;
        touch-action: pan-y;
      }
      .hidden {
        position: absolute;
        inset-block: 0;
        inset-inline-start: calc(var(--_from) * 100%);
        inline-size: calc((var(--_to) - var(--_from)) * 100%);
        border: 1px dashed var(--_ink);
        background: var(--_surface);
        pointer-events: none;
      }
      .end {
        position: absolute;
        inset-block: -0.25rem;
        inset-inline-start: calc(var(--_at) * 100% - 0.3125rem);
        inline-size: 0.625rem;
        border: 1px solid var(--_surface);
        border-radius: 4px;
        background: var(--_focus);
        cursor: ew-resize;
      }
      /* as wide as a finger needs */
      .end::before {
        content: '';
        position: absolute;
        inset: 0 -0.5rem;
      }
      .none .hidden {
        display: none;
      }
      @media (forced-colors: active) {
        .track {
          outline: 1px solid CanvasText;
        }
        .end {
          background: Highlight;
          forced-color-adjust: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) moments: LookedAt = { times: [], each: 1 };
  @property({ attribute: false }) span: CellSpan = { from: 0, to: 0 };
  /** What the moments are of, for screen readers. */
  @property() label = '';
  @state() private held: CellSpan | null = null;

  /** What is shown: `span`, or where its ends were moved to together, of which a list of cells knows nothing. */
  #at: CellSpan = this.span;
  #begun: number | null = null;
  /** The end that was taken hold of, whose other end stays. */
  #other: number | null = null;

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has('moments') || !isEmpty(this.#at) || !isEmpty(this.span)) this.#at = this.span;
  }

  override render(): TemplateResult {
    const count = this.moments.times.length;
    const span = this.held ?? this.#at;
    const share = (cell: number) => String(count === 0 ? 0 : cell / count);
    return html`<div
      class="track ${isEmpty(span) ? 'none' : ''}"
      data-testid="track"
      ${cssValues({ '--_count': String(Math.max(1, count)), '--_from': share(span.from), '--_to': share(span.to) })}
      @pointerdown=${this.#press}
      @pointermove=${this.#drag}
      @pointerup=${this.#release}
      @pointercancel=${this.#cancel}
    >
      <span class="hidden"></span>
      ${this.#end('from', span, share)} ${this.#end('to', span, share)}
    </div>`;
  }

  #end(end: 'from' | 'to', span: CellSpan, share: (cell: number) => string): TemplateResult {
    const { first, last, nothing } = apartWords().playground;
    const name = end === 'from' ? first : last;
    const place = this.#spoken(span[end]);
    return html`<span
      class="end"
      role="slider"
      tabindex="0"
      data-end=${end}
      aria-label=${name(this.label)}
      aria-valuemin="0"
      aria-valuemax=${this.moments.times.length}
      aria-valuenow=${span[end]}
      aria-valuetext=${isEmpty(span) ? `${nothing}, ${place}` : place}
      ${cssValues({ '--_at': share(span[end]) })}
      @keydown=${(event: KeyboardEvent) => this.#key(event, end)}
    ></span>`;
  }

  #spoken(cell: number): string {
    const { times, each } = this.moments;
    const last = (times.at(-1) ?? 0) + each;
    return apartWords().playground.before((last - (times[cell] ?? last)).toFixed(1));
  }

  #key(event: KeyboardEvent, end: 'from' | 'to'): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const next = keyed(this.#at, end, event.key, this.moments.times.length);
    if (next === null) return;
    event.preventDefault(); // the page must not scroll with it
    this.#choose(next);
  }

  readonly #press = (event: PointerEvent): void => {
    const count = this.moments.times.length;
    if (event.button !== 0 || count === 0) return;
    const track = event.currentTarget as HTMLElement;
    track.setPointerCapture(event.pointerId);
    const end = (event.target as HTMLElement).dataset['end'];
    const { from, to } = this.#at;
    this.#other = end === undefined || from === to ? null : end === 'from' ? to - 1 : from;
    this.#begun = this.#other ?? this.#cell(event);
    this.held = this.#other === null ? dragged(this.#begun, this.#begun, count) : this.#at;
  };

  readonly #drag = (event: PointerEvent): void => {
    if (this.#begun === null) return;
    this.held = dragged(this.#begun, this.#cell(event), this.moments.times.length);
  };

  readonly #release = (): void => {
    const { held } = this;
    this.#cancel();
    if (held !== null) this.#choose(held);
  };

  readonly #cancel = (): void => {
    this.#begun = null;
    this.#other = null;
    this.held = null;
  };

  #cell({ clientX, currentTarget }: PointerEvent): number {
    const { left, width } = (currentTarget as HTMLElement).getBoundingClientRect();
    const count = this.moments.times.length;
    return width === 0 ? 0 : Math.min(count - 1, Math.floor(((clientX - left) / width) * count));
  }

  #choose(span: CellSpan): void {
    this.#at = span;
    this.span = span;
    this.dispatchEvent(new CustomEvent('memo-span', { detail: span }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-span': MemoSpan;
  }
  interface HTMLElementEventMap {
    'memo-span': MemoSpanEvent;
  }
}
