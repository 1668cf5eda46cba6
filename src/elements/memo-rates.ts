import { css, html, type TemplateResult } from 'lit';
import { STAGES, type Estimate, type Stage } from '../memobert/estimate';
import type { Rates, RecogniserState } from '../recogniser';
import { BaseElement } from './base-element';
import { customElement } from './custom-element';
import { property, state } from './decorators';
import { milliseconds, rate } from './late-format';
import { ratesWords } from './strings/rates-words';

const LOOPS = ['face', 'voice', 'fusion'] as const satisfies readonly (keyof Rates)[];

/** How often each loop runs, how long each stage took last, and how old the face is that the bars show. */
@customElement('memo-rates')
export class MemoRates extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    css`
      :host {
        display: block;
        color: var(--_muted);
        font-size: 0.8125em;
      }
      dl {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1.25rem;
      }
      div {
        display: flex;
        gap: 0.4em;
        white-space: nowrap;
      }
      dd {
        color: var(--_ink);
      }
    `,
  ];

  /** Updates a second; null while nothing runs. */
  @property({ attribute: false }) rates: Rates | null = null;
  /** Milliseconds of the last run of each stage. */
  @property({ attribute: false }) latency: Readonly<Partial<Record<Stage, number>>> = {};

  /** Milliseconds from a frame's capture to its estimate's arrival; null without a face. */
  @property({ attribute: false }) delayMs: number | null = null;

  /** From an estimate's arrival to the picture that shows it, the last time. */
  @state() private paintMs = 0;
  #painted: Estimate | null = null;

  protected override take({ phase, rates, delayMs, estimate, source }: RecogniserState): void {
    // a file is read as fast as it can be: its rates are no rates of this moment
    const live = (phase === 'listening' || phase === 'paused') && source !== 'file';
    this.rates = live ? rates : null;
    this.latency = estimate?.latency ?? {};
    this.delayMs = live ? delayMs : null;
    if (estimate !== null && estimate !== this.#painted && this.delayMs !== null) this.#watchPaint();
    this.#painted = estimate;
  }

  #watchPaint(): void {
    const arrivedMs = performance.now();
    requestAnimationFrame(() => {
      // a message sent before a paint arrives after it
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        this.paintMs = performance.now() - arrivedMs;
        port1.close();
      };
      port2.postMessage(null);
    });
  }

  override render(): TemplateResult {
    const { rates } = this;
    const words = ratesWords();
    return html`<dl aria-label=${words.heading} data-testid="rates">
      ${
        rates === null ? '' : LOOPS.map((loop) => this.#pair(words[loop], words.perSecond(rate(rates[loop]))))
      }
      ${
        this.delayMs === null
          ? ''
          : this.#pair(words.delay, words.milliseconds(milliseconds(this.delayMs + this.paintMs)))
      }
      ${STAGES.map((stage) => {
        const ms = this.latency[stage];
        return ms === undefined ? '' : this.#pair(words.stages[stage], words.milliseconds(milliseconds(ms)));
      })}
    </dl>`;
  }

  #pair(term: string, value: string): TemplateResult {
    return html`<div>
      <dt>${term}</dt>
      <dd class="number">${value}</dd>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-rates': MemoRates;
  }
}
