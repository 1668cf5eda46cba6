import { css, html, nothing, type TemplateResult } from 'lit';
import type { Masks, Moment } from '../memobert/moment';
import { NO_MOMENT, type MomentState, type RecogniserState } from '../recogniser';
import { BaseElement } from './base-element';
import { buttons } from './buttons';
import { choices } from './choices';
import { customElement } from './custom-element';
import { property } from './decorators';
import { errorMessage, errorStyles } from './error-message';
import { results, resultStyles, spokenResults } from './filled-results';
import { clock } from './late-format';
import './memo-span';
import type { MemoSpanEvent } from './memo-span';
import { cellsOf, spanOf } from './span-choice';
import { apartWords } from './strings/apart-words';

/**
 * The masking playground: a moment is frozen, words are hidden by a click, a span of faces or of voice by dragging or by keys,
 * and the model fills in what is hidden. Sends `moment-take`, `moment-mask`, `moment-drop`.
 */
@customElement('memo-playground')
export class MemoPlayground extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    buttons,
    choices,
    errorStyles,
    resultStyles,
    css`
      :host {
        display: grid;
        gap: 1rem;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
      }
      .tracks {
        display: grid;
        gap: 1rem 2rem;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr));
      }
      .part {
        display: grid;
        align-content: start;
        gap: 0.375rem;
        min-inline-size: 0;
      }
      .words .chip {
        font-family: var(--_serif);
        font-size: 1.0625em;
      }
      .words .chip[aria-pressed='true'] {
        border-style: dashed;
        background: none;
        color: var(--_muted);
        text-decoration: line-through;
      }
      .about {
        max-inline-size: 70ch;
        color: var(--_muted);
        text-wrap: pretty;
      }
      /* not the text, which must stay legible */
      .busy .line {
        opacity: 0.5;
      }
    `,
  ];

  @property({ attribute: false }) moment: MomentState = NO_MOMENT;
  /** Whether there is an answer to take the evidence of. */
  @property({ type: Boolean }) ready = false;
  #said = '';

  protected override take({ moment, estimate }: RecogniserState): void {
    this.moment = moment;
    this.ready = estimate !== null && estimate.provisional !== true;
  }

  override render(): TemplateResult {
    const { taken, error, busy, filling } = this.moment;
    return html`<p class="about">${apartWords().playground.what}</p>
      <div class="row">
        <button
          class="quiet"
          type="button"
          data-testid="take"
          ?disabled=${!this.ready}
          @click=${() => this.request('moment-take', {})}
        >
          ${taken === null ? apartWords().playground.take : apartWords().playground.again}
        </button>
        <span class="small" data-testid="taken">${this.#status()}</span>
      </div>
      <p class="hidden-visually" role="status" data-testid="told">${this.#told()}</p>
      ${error === null ? nothing : errorMessage(error, () => this.request('moment-dismiss-error', {}))}
      ${taken === null ? nothing : this.#parts(taken)}
      ${
        filling === null || taken === null
          ? nothing
          : html`<div class=${busy ? 'busy' : ''} aria-busy=${busy}>${results(filling)}</div>`
      }`;
  }

  /** Neither every key's “Filling in” nor its end without what came of it. */
  #told(): string {
    const { taken, busy, filling } = this.moment;
    if (!busy || taken === null) this.#said = filling === null ? this.#status() : spokenResults(filling);
    return this.#said;
  }

  #status(): string {
    const { taken, busy } = this.moment;
    if (busy) return taken === null ? apartWords().playground.reading : apartWords().playground.busy;
    if (taken !== null) return apartWords().playground.taken(clock(taken.time));
    return this.ready ? '' : apartWords().playground.waiting;
  }

  #parts(taken: Moment): TemplateResult {
    const { masks } = this.moment;
    const { face, voice, heads } = taken;
    const any = masks.words.length + masks.faces.length + masks.voice.length > 0;
    return html`${this.#words(taken)}
      ${
        heads
          ? html`<div class="tracks">${this.#track('faces', face)} ${this.#track('voice', voice)}</div>`
          : html`<p class="small" data-testid="no-heads">${apartWords().playground.noHeads}</p>`
      }
      <div class="row">
        <button class="quiet" type="button" data-testid="show-all" ?disabled=${!any} @click=${this.#showAll}>
          ${apartWords().playground.showAll}
        </button>
      </div>`;
  }

  #words({ words }: Moment): TemplateResult {
    const { masks } = this.moment;
    const toggle = (at: number) => {
      const on = masks.words.includes(at);
      this.#mask({
        words: on ? masks.words.filter((word) => word !== at) : [...masks.words, at].sort((a, b) => a - b),
      });
    };
    return html`<div role="group" aria-label=${apartWords().playground.words} class="part">
      <p class="heading">${apartWords().playground.words}</p>
      ${
        words.length === 0
          ? html`<p class="small">${apartWords().playground.noWords}</p>`
          : html`<div class="chips words" lang="en">
                ${words.map(
                  (word, at) =>
                    html`<button
                      class="chip"
                      type="button"
                      aria-pressed=${masks.words.includes(at)}
                      data-testid="word-${at}"
                      @click=${() => toggle(at)}
                    >
                      ${word}
                    </button>`,
                )}
              </div>
              <p class="small">${apartWords().playground.wordsHint}</p>`
      }
    </div>`;
  }

  #track(kind: 'faces' | 'voice', moments: Moment['voice']): TemplateResult {
    const { playground } = apartWords();
    const name = kind === 'faces' ? playground.face : playground.voice;
    const none = kind === 'faces' ? playground.noFace : playground.noVoice;
    const masked = this.moment.masks[kind];
    const say = kind === 'faces' ? playground.frames : playground.tokens;
    if (moments.times.length === 0)
      return html`<div role="group" aria-label=${name} class="part">
        <p class="heading">${name}</p>
        <p class="small">${none}</p>
      </div>`;
    return html`<div role="group" aria-label=${name} class="part">
      <p class="heading">${name}</p>
      <memo-span
        data-testid="span-${kind}"
        .label=${name}
        .moments=${moments}
        .span=${spanOf(masked)}
        @memo-span=${({ detail }: MemoSpanEvent) => this.#mask({ [kind]: cellsOf(detail) })}
      ></memo-span>
      <p class="small">${masked.length === 0 ? playground.spanHint : say(masked.length)}</p>
    </div>`;
  }

  readonly #showAll = (): void => {
    this.#mask({ words: [], faces: [], voice: [] });
    this.focus(); // with nothing hidden it is disabled
  };

  #mask(change: Partial<Masks>): void {
    this.request('moment-mask', { ...this.moment.masks, ...change });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-playground': MemoPlayground;
  }
}
