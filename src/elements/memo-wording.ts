import { css, html, nothing, type TemplateResult } from 'lit';
import type { MemoError } from '../errors';
import type { RecogniserState } from '../recogniser';
import { BaseElement } from './base-element';
import { customElement } from './custom-element';
import { property, state } from './decorators';
import { disclosure } from './disclosure';
import { DEFAULT_LABELS, DEFAULT_PROMPT } from './format';
import { strings } from './strings';
import type * as panel from './wording-panel';

/**
 * Asks otherwise: the paper's three sentences or one's own, sets of 4, 7 and 8 words or one's own. Sends `prompt`; what the
 * vocabulary refuses is told here, and what held before holds.
 */
@customElement('memo-wording')
export class MemoWording extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    disclosure,
    css`
      :host {
        display: block;
        font-size: 0.9375em;
      }
    `,
  ];

  /** With `[MASK]` once; what holds. */
  @property() prompt = DEFAULT_PROMPT;
  /** Label ids; what holds. */
  @property({ attribute: false }) labels: readonly string[] = DEFAULT_LABELS;
  @property({ attribute: false }) error: MemoError | null = null;

  /** What is behind the line; null until somebody opened it. */
  @state() private panel: typeof panel | null = null;

  protected override take({ prompt, labels, promptError }: RecogniserState): void {
    this.prompt = prompt ?? DEFAULT_PROMPT;
    this.labels = labels ?? DEFAULT_LABELS;
    this.error = promptError;
  }

  override render(): TemplateResult {
    const { panel } = this;
    const wishes: panel.WordingWishes = {
      ask: (change) => this.request('prompt', change),
      dismiss: () => this.request('prompt-dismiss-error', {}),
    };
    return html`<details @toggle=${() => void this.#fetch()}>
      <summary data-testid="wording">${strings.wording.open}</summary>
      ${panel === null ? nothing : panel.wordingPanel(this, wishes)}
    </details>`;
  }

  async #fetch(): Promise<void> {
    if (this.panel !== null) return;
    try {
      const panel = await import('./wording-panel');
      this.dress(panel.wordingStyles);
      this.panel = panel;
    } catch {
      // offline: it stays empty until it is opened again
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-wording': MemoWording;
  }
}
