import { css, html, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import type { RecogniserState, Timeline } from '../recogniser';
import { BaseElement } from './base-element';
import { buttons } from './buttons';
import { customElement } from './custom-element';
import { exportFile, fileName } from './export-file';
import { EXPORT_FORMATS, type ExportFormat } from './export-formats';
import { overTimeWords } from './strings/over-time-words';

/** A button for each format that the timeline can be saved in; the file is made in the page. */
@customElement('memo-export')
export class MemoExport extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    buttons,
    css`
      :host {
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

  protected override take({ timeline }: RecogniserState): void {
    this.timeline = timeline;
  }

  override render(): TemplateResult {
    const empty = (this.timeline?.estimates.length ?? 0) === 0;
    return html`<span class="heading">${overTimeWords().export.heading}</span> ${EXPORT_FORMATS.map(
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
      )}`;
  }

  async #save(format: ExportFormat): Promise<void> {
    const { timeline } = this;
    const file = await exportFile(timeline, format, this);
    const url = URL.createObjectURL(file);
    Object.assign(document.createElement('a'), { href: url, download: fileName(timeline, format) }).click();
    // the download has its own hold on the data once the click is handled
    setTimeout(() => URL.revokeObjectURL(url));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-export': MemoExport;
  }
}
