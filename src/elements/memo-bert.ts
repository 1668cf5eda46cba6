import { html, nothing, type TemplateResult } from 'lit';
import type { MemoRequest } from '../recogniser';
import { ask } from './ask';
import { customElement } from './custom-element';
import { state } from './decorators';
import { disclosure } from './disclosure';
import { takeDrops } from './file-drop';
import { defineDevices } from './late';
import { loadApart } from './load-apart';
import { layout } from './memo-bert-styles';
import { MemoEngine } from './memo-engine';
import { noPicture } from './no-picture';
import { strings } from './strings';
import { theme } from './theme';
import './memo-bars';
import './memo-controls';
import './memo-error';
import './memo-evidence';
import './memo-meter';
import './memo-modalities';
import './memo-preview';
import './memo-progress';
import './memo-prompt';
import './memo-status';
import './memo-words';

/**
 * An emotion recogniser in the page: camera, microphone and words in, the probability of each emotion word out.
 * It is a `<memo-engine>` (attributes, methods, events and states are described there) with all parts in place.
 *
 * @slot notice - instead of the notice that Art. 50(3) of the EU AI Act asks for
 * @slot placeholder - instead of the drawing where there is no picture
 * @slot - below everything else
 * @csspart status - phase, conditions and backend
 * @csspart error - what went wrong
 * @csspart prompt - the sentence; `sentence`, `mask` and `wording` inside of it
 * @csspart preview - the picture; `picture` and `face` inside of it
 * @csspart progress - the loading bar over the picture
 * @csspart meter - the microphone's level
 * @csspart controls - start, stop, devices, actor, file
 * @csspart devices - which camera and microphone, behind a line that opens it
 * @csspart words - what is said, and where it comes from
 * @csspart bars - the distribution; `bar` is one label's track
 * @csspart timeline - a file's estimates over time; `bands` and `cursor` inside of it
 * @csspart export - the buttons that save it
 * @csspart modalities - what words, face and voice say alone
 * @csspart evidence - which seconds were looked at; `track` inside of it
 * @csspart playground - the masking playground, behind a line that opens it
 * @csspart adaptation - marks and what follows from them, behind a line that opens it
 * @csspart rates - rates and latencies
 * @csspart notice - the paragraph around the notice
 * @cssprop --memo-surface - background
 * @cssprop --memo-sunken - background of what is set in: bars, fields
 * @cssprop --memo-ink - text
 * @cssprop --memo-muted - text of less weight
 * @cssprop --memo-line - rules
 * @cssprop --memo-edge - edges of fields and buttons
 * @cssprop --memo-live - the mark of a live camera or microphone
 * @cssprop --memo-focus - outline of what has the focus
 * @cssprop [--memo-colour-LABEL=by the label] - hue of a label, by its id
 * @cssprop --memo-font - typeface
 * @cssprop --memo-font-display - typeface of the prompt
 * @cssprop --memo-font-size - size of the text, in px or rem; without it that of the page around it
 * @cssprop --memo-radius - radius of corners
 * @cssprop --memo-padding - space around everything
 * @cssprop --memo-preview-ratio - aspect ratio of the picture
 * @cssprop --memo-timeline-height - height of a file's timeline
 */
@customElement('memo-bert')
export class MemoBert extends MemoEngine {
  static override styles = [theme, layout, disclosure];

  @state() private dropping = false;

  readonly #endDrag = takeDrops(
    this,
    (name, detail) => ask(this, { name, detail } as MemoRequest),
    (over) => (this.dropping = over),
  );

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endDrag();
  }

  override render(): TemplateResult {
    const { known } = this;
    return html`<div class="all" role="group" aria-label=${strings.region}>
      <div class="top">
        <memo-status part="status"></memo-status>
        ${known.error === null ? nothing : html`<memo-error part="error"></memo-error>`}
      </div>
      <memo-prompt part="prompt" exportparts="sentence, mask, wording"></memo-prompt>
      <div class="side">
        ${this.#stage()} ${known.media === null ? nothing : this.#file()}
        <div class="give">
          <memo-controls part="controls" .given=${this.given !== null}></memo-controls>
          ${
            this.given === null && known.modalities.join() !== 'text'
              ? html`<details @toggle=${fetchDevices}>
                  <summary data-testid="open-devices">${strings.controls.which}</summary>
                  <memo-devices part="devices"></memo-devices>
                </details>`
              : nothing
          }
          ${known.modalities.includes('text') ? html`<memo-words part="words"></memo-words>` : nothing}
        </div>
      </div>
      <memo-bars part="bars" exportparts="bar"></memo-bars>
      <div class="why">
        <memo-modalities part="modalities"></memo-modalities>
        <memo-evidence part="evidence" exportparts="track"></memo-evidence>
      </div>
      ${this.#apart()} ${this.#foot()} ${this.announcement()}
      ${this.dropping ? html`<p class="drop">${strings.preview.drop}</p>` : nothing}
    </div>`;
  }

  #stage(): TemplateResult {
    const { phase, microphone } = this.known;
    const loading = phase === 'loading' || phase === 'warming';
    return html`<div class="stage">
      <memo-preview part="preview" exportparts="picture, face">
        <span slot="placeholder" class="no-picture"><slot name="placeholder">${noPicture}</slot></span>
        ${loading ? html`<memo-progress part="progress"></memo-progress>` : nothing}
      </memo-preview>
      <memo-meter part="meter" ?hidden=${microphone !== 'live'}></memo-meter>
    </div>`;
  }

  #file(): TemplateResult {
    return html`<div class="file">
      <memo-timeline part="timeline" exportparts="bands, cursor"></memo-timeline>
      <memo-export part="export"></memo-export>
    </div>`;
  }

  /** What takes an answer apart, and what learns from it: for those who open it. */
  #apart(): TemplateResult {
    return html`<div class="apart">
      <details @toggle=${fetchParts}>
        <summary data-testid="open-playground">${strings.playground.open}</summary>
        <memo-playground part="playground"></memo-playground>
      </details>
      <details @toggle=${fetchParts}>
        <summary data-testid="open-adaptation">${strings.yours.open}</summary>
        <memo-adaptation part="adaptation"></memo-adaptation>
      </details>
    </div>`;
  }

  #foot(): TemplateResult {
    const { phase, estimate } = this.known;
    const listening = phase === 'listening' || phase === 'paused';
    return html`<footer>
      ${listening || estimate !== null ? html`<memo-rates part="rates"></memo-rates>` : nothing}
      <p class="notice" part="notice"><slot name="notice">${strings.notice}</slot></p>
      <slot></slot>
    </footer>`;
  }
}

/** As below. */
function fetchDevices(): void {
  void defineDevices().catch(() => undefined);
}

/** A line was opened: what is behind it is fetched once; offline it stays empty until it is opened again. */
function fetchParts(): void {
  void loadApart().catch(() => undefined);
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-bert': MemoBert;
  }
}
