import { css, html, nothing, type TemplateResult } from 'lit';
import { MODALITIES, type Modality } from '../memobert/estimate';
import type { RecogniserState, RequestMap, RequestName, SourceKind, TrackStatus } from '../recogniser';
import { BaseElement } from './base-element';
import { buttons } from './buttons';
import { customElement } from './custom-element';
import { property, query, state } from './decorators';
import { DEVICES, GIVES, type Device } from './device-names';
import { icons } from './icons';
import { strings } from './strings';

/** As long as it takes to see that “Stop” has become “Start”, milliseconds. */
const ENDED_MS = 500;

/** Start with camera and microphone as wished, stop, the actor or a file instead. Sends `start`, `stop`, `start-actor`, `start-file`. */
@customElement('memo-controls')
export class MemoControls extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    buttons,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
      }
      .main {
        flex: 1 0 100%;
      }
      .switch {
        flex: 1 0 auto;
      }
      @container (min-width: 26rem) {
        .main {
          flex: 1 0 8rem;
        }
        .switch {
          flex: 0 0 auto;
        }
      }
      .others {
        margin-block-start: 0.5rem;
      }
      .others button {
        flex: 1 1 auto;
        padding-inline: 0.5rem;
        white-space: normal;
      }
      .switch[aria-checked='false'] {
        color: var(--_muted);
      }
      .switch[aria-checked='true'] {
        border-color: var(--_edge);
      }
      .switch[data-status='live'] {
        border-color: var(--_live);
        background: color-mix(in oklab, var(--_live) 8%, transparent);
      }
      .note {
        margin-block-start: 0.5rem;
        color: var(--_muted);
        font-size: 0.875em;
      }
    `,
  ];

  /** True from a start to its end. */
  @property({ type: Boolean }) running = false;
  @property() source: SourceKind | null = null;
  @property() camera: TrackStatus = 'off';
  @property() microphone: TrackStatus = 'off';
  /** What visitors may give. */
  @property({ attribute: false }) offered: readonly Modality[] = MODALITIES;

  /** The page gives a stream or a file of its own: no device is offered. */
  @property({ type: Boolean }) given = false;

  /** A file is open. */
  @property({ type: Boolean }) file = false;

  /** The browser's own recognition is switched on, and sends what the microphone hears. */
  @property({ type: Boolean }) sends = false;

  /** The devices as they were when all of them had answered. */
  #told = 'off off';
  /** When a run ended by itself, on the page's clock. */
  #endedMs = -Infinity;
  #cancelled = false;

  @state() private wish: Readonly<Record<Device, boolean>> = { camera: true, microphone: true };
  @query('input') private readonly input!: HTMLInputElement;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.running = false; // what ends meanwhile ends under nobody's press
  }

  protected override take(state: RecogniserState): void {
    const { phase, source, camera, microphone, modalities, media, words } = state;
    // while one is still asked for, the other has answered alone
    const told = phase === 'asking' ? this.#told : `${camera} ${microphone}`;
    const other = told !== this.#told;
    this.#told = told;
    const running = phase !== 'idle' && phase !== 'error';
    if (this.running && !running) this.#end();
    this.sends = words.on && words.source === 'browser' && words.place === 'service';
    Object.assign(this, { running, source, camera, microphone, file: media !== null, offered: modalities });
    // the page may have started others than were wished here
    if (source !== 'devices' || !other || (camera === 'off' && microphone === 'off')) return;
    for (const device of this.#devices()) this.wish = { ...this.wish, [device]: state[device] !== 'off' };
  }

  #end(): void {
    if (!this.#cancelled) this.#endedMs = performance.now();
    this.#cancelled = false;
    // without devices to start the button goes, or is disabled
    if (this.renderRoot.querySelector('.main:focus') !== null) this.focus();
  }

  override render(): TemplateResult {
    const consent = this.#consent();
    return html`<div class="row">${this.#main(consent)}</div>
      <div class="row others" ?hidden=${this.running}>
        <button class="quiet" type="button" data-testid="actor" @click=${() => this.#ask('start-actor', {})}>
          ${icons.actor} ${strings.controls.actor}
        </button>
        <button class="quiet" type="button" data-testid="file" @click=${() => this.input.click()}>
          ${icons.file} ${strings.controls.file}
        </button>
        ${
          this.file
            ? html`<button
                class="quiet"
                type="button"
                data-testid="close-file"
                @click=${() => this.#ask('stop', {})}
              >
                ${strings.controls.closeFile}
              </button>`
            : nothing
        }
        <input type="file" accept="video/*,audio/*" hidden @change=${this.#choose} />
      </div>
      ${consent === null ? nothing : html`<p class="note" id="consent" data-testid="consent">${consent}</p>`}
      ${this.#notes().map((note, at) => html`<p class="note" id=${`note${at}`} data-testid="note">${note}</p>`)}`;
  }

  /** One button for start and stop, so that the keyboard's focus stays where it was. */
  #main(consent: string | null): unknown {
    const { running } = this;
    const devices = this.#devices();
    if (devices.length === 0 && !running && !this.given) return nothing;
    return html`<button
        class="main strong"
        type="button"
        data-testid=${running ? 'stop' : 'start'}
        ?disabled=${!running && !this.given && !devices.some((device) => this.wish[device])}
        aria-describedby=${consent === null ? 'note0' : 'consent'}
        @click=${this.#press}
      >
        ${running ? html`${icons.stop} ${this.source === 'file' ? strings.controls.cancel : strings.controls.stop}` : strings.controls.start}
      </button>
      ${this.given || (running && this.source !== 'devices') ? nothing : devices.map((device) => this.#switch(device))}`;
  }

  readonly #press = ({ detail }: MouseEvent): void => {
    // of a double click the first is meant; and “Stop”, which this button was a moment ago, starts no camera
    if (detail > 1) return;
    this.#cancelled = this.running;
    if (this.running) this.request('stop', {});
    else if (performance.now() - this.#endedMs >= ENDED_MS) this.request('start', this.#wanted());
  };

  /** What a press on Start would let happen; null where it would capture nothing of the visitor's. */
  #consent(): string | null {
    const wished = this.#wished();
    const { devices, start, and, away, stays } = strings.consent;
    const read = wished.map((device) => devices[device]).join(and);
    return this.running || this.given || wished.length === 0
      ? null
      : start(read, this.sends && wished.includes('microphone') ? away : stays);
  }

  #switch(device: Device): TemplateResult {
    const on = this.wish[device];
    return html`<button
      class="quiet switch"
      type="button"
      role="switch"
      aria-checked=${on}
      data-testid="switch-${device}"
      data-status=${this[device]}
      @click=${() => this.#toggle(device)}
    >
      ${icons[device](on)} ${strings.controls[device]}
    </button>`;
  }

  /** While they run, a switch takes hold at once; the last one off is a stop. */
  #toggle(device: Device): void {
    this.wish = { ...this.wish, [device]: !this.wish[device] };
    if (!this.running) return;
    if (this.#wished().length > 0) this.request('start', this.#wanted());
    else this.request('stop', {});
  }

  #devices(): readonly Device[] {
    return DEVICES.filter((device) => this.offered.includes(GIVES[device]));
  }

  /** Those of them that are switched on. */
  #wished(): readonly Device[] {
    return this.#devices().filter((device) => this.wish[device]);
  }

  #wanted(): Record<Device, boolean> {
    const wished = this.#wished();
    return { camera: wished.includes('camera'), microphone: wished.includes('microphone') };
  }

  #notes(): string[] {
    const devices = this.#devices();
    if (!this.running) {
      return this.given || devices.length === 0 || devices.some((device) => this.wish[device])
        ? []
        : [strings.controls.chooseDevice];
    }
    const notes: Partial<Record<TrackStatus, (device: string) => string>> = strings.controls.tracks;
    return devices.flatMap((device) => notes[this[device]]?.(strings.controls[device]) ?? []);
  }

  /** For a button that may be gone then. */
  #ask<K extends RequestName>(name: K, detail: RequestMap[K]): void {
    this.request(name, detail);
    this.focus();
  }

  #choose(event: Event): void {
    const input = event.currentTarget as HTMLInputElement;
    const file = input.files?.[0];
    if (file !== undefined) this.#ask('start-file', { file, name: file.name });
    input.value = ''; // the same file can be chosen again
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-controls': MemoControls;
  }
}
