import { css, html, type PropertyValues, type TemplateResult } from 'lit';
import { BaseElement } from './base-element';
import { buttons } from './buttons';
import { cssValues } from './css-values';
import { customElement } from './custom-element';
import { query, state } from './decorators';
import { guidePlace, type Area } from './guide-place';
import { wordsFrom } from './strings';
import { guideWords, type GuideWords } from './strings/guide-words';

/**
 * Four steps around a `<memo-bert>`: what it does, what it looks at, how it is started, how its bars are read. A dialog that
 * stands beside the part it speaks of; Escape and Skip leave it. It stores nothing: whoever shows it decides when.
 * @fires close - it was left, by whatever way
 */
@customElement('memo-guide')
export class MemoGuide extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    buttons,
    css`
      dialog {
        position: fixed;
        inset: 0;
        inline-size: 100%;
        block-size: 100%;
        max-inline-size: none;
        max-block-size: none;
        margin: 0;
        padding: 0;
        overflow: hidden;
        border: 0;
        background: none;
        color: inherit;
      }
      dialog::backdrop {
        background: none;
      }
      .ring {
        position: fixed;
        border-radius: calc(var(--_radius) + 4px);
        outline: 2px solid #fff;
        box-shadow: 0 0 0 200vmax rgb(8 10 12 / 0.62);
        pointer-events: none;
        transition: all 180ms ease-out;
      }
      .box {
        position: fixed;
        display: grid;
        gap: 0.5rem;
        inline-size: min(24rem, 100vw - 24px);
        max-block-size: calc(100vh - 24px);
        overflow: auto;
        padding: 1.125rem 1.25rem 0;
        border: 1px solid var(--_line);
        border-radius: calc(var(--_radius) + 2px);
        background: var(--_surface);
        box-shadow: 0 8px 30px rgb(0 0 0 / 0.35);
      }
      h2 {
        margin: 0;
        font-size: 1.0625em;
        font-weight: 650;
      }
      .text {
        color: var(--_muted);
        text-wrap: pretty;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
        /* where the window is too low for all of the text, it goes on below the buttons */
        position: sticky;
        inset-block-end: 0;
        padding-block: 0.375rem 1rem;
        background: var(--_surface);
      }
      .count {
        margin-inline-end: auto;
        color: var(--_muted);
        font-size: 0.875em;
      }
      button {
        min-block-size: 40px;
        padding: 0.25rem 0.875rem;
      }
    `,
  ];

  @state() private step = 0;
  @state() private anchor: Area = { left: 0, top: 0, width: 0, height: 0 };
  @state() private place = { left: 0, top: 0 };

  @query('dialog') private readonly dialog!: HTMLDialogElement;
  @query('.box') private readonly box!: HTMLElement;
  #around: Element | null = null;

  /** Opens at the first step; the focus comes back when it is left. @param around the `<memo-bert>` it leads through */
  async show(around: Element): Promise<void> {
    this.#around = around;
    this.step = 0;
    await this.updateComplete;
    if (!this.dialog.open) this.dialog.showModal();
    addEventListener('resize', this.#measure);
    addEventListener('scroll', this.#measure, { capture: true, passive: true });
    this.#turn();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#closed();
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('step') && this.#around !== null) this.#turn();
  }

  override render(): TemplateResult {
    const words = wordsFrom(guideWords);
    const { left, top, width, height } = this.anchor;
    const ring = { left: left - 6, top: top - 6, width: width + 12, height: height + 12 };
    return html`<dialog aria-labelledby="title" aria-describedby="text" @close=${this.#closed}>
      <div class="ring" ${cssValues(pixels(ring))}></div>
      <div class="box" data-testid="guide" ${cssValues(pixels(this.place))}>${this.#content(words)}</div>
    </dialog>`;
  }

  #content({ steps, step: count, ...words }: GuideWords): TemplateResult {
    const { step } = this;
    const last = step === steps.length - 1;
    const go = (by: number) => () => (this.step += by);
    return html`<div aria-live="polite">
        <h2 id="title">${steps[step]?.title}</h2>
        <p class="text" id="text">${steps[step]?.text}</p>
      </div>
      <div class="row">
        <span class="count number" data-testid="guide-count">${count(step + 1, steps.length)}</span>
        <button
          class="quiet"
          type="button"
          data-testid="guide-skip"
          ?hidden=${last}
          @click=${() => this.dialog.close()}
        >
          ${words.skip}
        </button>
        <button class="quiet" type="button" data-testid="guide-back" ?hidden=${step === 0} @click=${go(-1)}>
          ${words.back}
        </button>
        <button
          class="strong"
          type="button"
          autofocus
          data-testid="guide-next"
          @click=${last ? () => this.dialog.close() : go(1)}
        >
          ${last ? words.done : words.next}
        </button>
      </div>`;
  }

  /** To the part of this step, which is brought into view first. */
  #turn(): void {
    const target = this.#target();
    target?.scrollIntoView({ block: 'center', behavior: 'instant' });
    this.#measure();
    this.box.scrollTop = 0; // of a low window's last step the end may be in view
    // one that was left by Back or Skip is gone: the keyboard must stay inside
    if (this.shadowRoot?.activeElement == null) this.box.querySelector<HTMLElement>('[autofocus]')?.focus();
  }

  #target(): Element | null {
    const { part } = guideWords.en.steps[this.step] ?? {};
    return this.#around?.shadowRoot?.querySelector(`[part~="${part ?? ''}"]`) ?? this.#around;
  }

  readonly #measure = (): void => {
    const target = this.#target();
    if (target === null || !this.dialog.open) return;
    const { left, top, width, height } = target.getBoundingClientRect();
    this.anchor = { left, top, width, height };
    const { offsetWidth, offsetHeight } = this.box;
    const view = { width: document.documentElement.clientWidth, height: innerHeight };
    this.place = guidePlace(this.anchor, { width: offsetWidth, height: offsetHeight }, view);
  };

  /** Once, whether it was left or its place has left the page. */
  readonly #closed = (): void => {
    if (this.#around === null) return;
    this.#around = null;
    removeEventListener('resize', this.#measure);
    removeEventListener('scroll', this.#measure, { capture: true });
    this.dispatchEvent(new Event('close'));
  };
}

function pixels(values: Readonly<Record<string, number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, `${value}px`]));
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-guide': MemoGuide;
  }
}
