import { css, html, nothing, type TemplateResult } from 'lit';
import { MemoError } from '../errors';
import type { RecogniserState, Timeline } from '../recogniser';
import { BaseElement } from './base-element';
import { buttons } from './buttons';
import { customElement } from './custom-element';
import { property, state } from './decorators';
import { errorMessage, errorStyles } from './error-message';
import { exportFile, fileName, saveFile } from './export-file';
import { EXPORT_FORMATS, type ExportFormat } from './export-formats';
import { overTimeWords } from './strings/over-time-words';

/** A button for each format that the timeline can be saved in; the file is made in the page. */
@customElement('memo-export')
export class MemoExport extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    buttons,
    errorStyles,
    css`
      :host {
        display: grid;
        gap: 0.375rem;
      }
      .formats {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.375rem;
      }
      .heading {
        margin-inline-end: 0.375rem;
      }
      button {
        min-block-size: 36px;
        padding-inline: 0.75rem;
      }
    `,
  ];

  @property({ attribute: false }) timeline: Timeline | null = null;

  @state() private failure: MemoError | null = null;

  protected override take({ timeline }: RecogniserState): void {
    this.timeline = timeline;
  }

  override render(): TemplateResult {
    const { failure } = this;
    const empty = (this.timeline?.estimates.length ?? 0) === 0;
    return html`<div class="formats" role="group" aria-labelledby="heading">
        <span class="heading" id="heading">${overTimeWords().export.heading}</span>
        ${EXPORT_FORMATS.map(
          (format) =>
            html`<button
              class="quiet"
              type="button"
              ?disabled=${empty}
              data-testid="export-${format}"
              @click=${() => void this.#save(format)}
            >
              ${overTimeWords().export.formats[format]}
            </button>`,
        )}
      </div>
      ${failure === null ? nothing : errorMessage(failure, () => (this.failure = null))}`;
  }

  async #save(format: ExportFormat): Promise<void> {
    const { timeline } = this;
    this.failure = null;
    try {
      saveFile(await exportFile(timeline, format, this), fileName(timeline, format));
    } catch (error) {
      this.failure = MemoError.from(error);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-export': MemoExport;
  }
}
