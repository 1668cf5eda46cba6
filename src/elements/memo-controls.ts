import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { MODALITIES, type Modality } from '../memobert/estimate';
import type { TrackStatus } from '../recogniser';
import { BaseElement } from './base-element';
import { buttons } from './buttons';
import { icons } from './icons';
import { strings } from './strings';

type Device = 'camera' | 'microphone';
const DEVICES: readonly Device[] = ['camera', 'microphone'];
/** What each device is there for. */
const GIVES: Record<Device, Modality> = { camera: 'face', microphone: 'voice' };

/** Start with camera and microphone as wished, stop, the actor or a file instead. Sends `start`, `stop`, `start-actor`, `start-file`. */
@customElement('memo-controls')
export class MemoControls extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    buttons,
    css`
      :host {
        display: block;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
      }
      .start,
      .stop {
        flex: 1 0 8rem;
      }
      .others {
        margin-block-start: 0.5rem;
      }
      .others button {
        flex: 1 0 auto;
      }
      .switch[aria-checked='false'] {
        color: var(--_muted);
      }
      .switch[aria-checked='true'] {
        border-color: currentColor;
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
  @property() camera: TrackStatus = 'off';
  @property() microphone: TrackStatus = 'off';
  /** What visitors may give. */
  @property({ attribute: false }) offered: readonly Modality[] = MODALITIES;

  @state() private wish: Readonly<Record<Device, boolean>> = { camera: true, microphone: true };
  @query('input') private readonly input!: HTMLInputElement;

  override render(): TemplateResult {
    return html`<div class="row">${this.running ? this.#stop() : this.#start()}</div>
      <div class="row others">
        <button
          class="quiet"
          type="button"
          data-testid="actor"
          @click=${() => this.request('start-actor', {})}
        >
          ${icons.actor} ${strings.controls.actor}
        </button>
        <button class="quiet" type="button" data-testid="file" @click=${() => this.input.click()}>
          ${icons.file} ${strings.controls.file}
        </button>
        <input type="file" accept="video/*,audio/*" hidden @change=${this.#choose} />
      </div>
      ${this.#notes().map((note) => html`<p class="note" data-testid="note">${note}</p>`)}`;
  }

  #start(): unknown {
    const devices = this.#devices();
    if (devices.length === 0) return nothing;
    return html`<button
        class="start strong"
        type="button"
        data-testid="start"
        ?disabled=${!devices.some((device) => this.wish[device])}
        @click=${() =>
          this.request('start', { camera: this.#wants('camera'), microphone: this.#wants('microphone') })}
      >
        ${strings.controls.start}
      </button>
      ${devices.map((device) => this.#switch(device))}`;
  }

  #stop(): TemplateResult {
    return html`<button
      class="stop strong"
      type="button"
      data-testid="stop"
      @click=${() => this.request('stop', {})}
    >
      ${icons.stop} ${strings.controls.stop}
    </button>`;
  }

  #switch(device: Device): TemplateResult {
    const on = this.wish[device];
    return html`<button
      class="quiet switch"
      type="button"
      role="switch"
      aria-checked=${on}
      data-testid="switch-${device}"
      @click=${() => (this.wish = { ...this.wish, [device]: !on })}
    >
      ${icons[device](on)} ${strings.controls[device]}
    </button>`;
  }

  #devices(): readonly Device[] {
    return DEVICES.filter((device) => this.offered.includes(GIVES[device]));
  }

  #wants(device: Device): boolean {
    return this.wish[device] && this.#devices().includes(device);
  }

  #notes(): string[] {
    const devices = this.#devices();
    if (!this.running) {
      return devices.length === 0 || devices.some((device) => this.wish[device])
        ? []
        : [strings.controls.chooseDevice];
    }
    return devices.flatMap((device) => {
      const status = this[device];
      return status === 'off' || status === 'live'
        ? []
        : [strings.controls.tracks[status](strings.controls[device])];
    });
  }

  #choose(event: Event): void {
    const input = event.currentTarget as HTMLInputElement;
    const file = input.files?.[0];
    if (file !== undefined) this.request('start-file', { file, name: file.name });
    input.value = ''; // the same file can be chosen again
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-controls': MemoControls;
  }
}
