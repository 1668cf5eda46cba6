import { css, nothing } from 'lit';
import type { MemoError as MemoFailure } from '../errors';
import type { RecogniserState } from '../recogniser';
import { BaseElement } from './base-element';
import { customElement } from './custom-element';
import { property } from './decorators';
import { errorMessage, errorStyles } from './error-message';

/** What went wrong and what to do about it; its button sends `dismiss-error`. */
@customElement('memo-error')
export class MemoError extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    errorStyles,
    css`
      :host {
        display: block;
      }
    `,
  ];

  @property({ attribute: false }) error: MemoFailure | null = null;

  protected override take({ error }: RecogniserState): void {
    this.error = error;
  }

  /** Who pressed a button further down would not see what came of it. */
  protected override updated(): void {
    const { activeElement } = this.getRootNode() as Document | ShadowRoot;
    if (activeElement?.localName === 'memo-controls') this.scrollIntoView({ block: 'nearest' });
  }

  /** Nothing of it is left once it is dismissed: what starts again is near. */
  override focus(): void {
    (this.getRootNode() as Document | ShadowRoot).querySelector('memo-controls')?.focus();
  }

  override render(): unknown {
    return this.error === null ? nothing : errorMessage(this.error, () => this.request('dismiss-error', {}));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-error': MemoError;
  }
}
