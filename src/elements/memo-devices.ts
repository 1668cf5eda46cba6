import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { MODALITIES, type Modality } from '../memobert/estimate';
import type { ChosenDevices, RecogniserState } from '../recogniser';
import { BaseElement } from './base-element';
import { customElement } from './custom-element';
import { property, state } from './decorators';
import { DEVICES, GIVES, type Device } from './device-names';
import { devicesWords } from './strings/devices-words';

const KINDS: Record<Device, MediaDeviceKind> = { camera: 'videoinput', microphone: 'audioinput' };
/** Chromium's names for what the system takes by itself: that is nobody's choice. */
const PSEUDO: readonly string[] = ['default', 'communications'];

/** What the browser lists; without names, and without ids, before something was allowed. */
export type ListedDevice = Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'label'> &
  Partial<Pick<MediaDeviceInfo, 'groupId'>>;

/** Which camera and which microphone: those that the browser lists, by their names. Sends `devices-choose`. */
@customElement('memo-devices')
export class MemoDevices extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    css`
      :host {
        display: grid;
        gap: 0.625rem;
        font-size: 0.9375em;
      }
      .one {
        display: grid;
        gap: 0.25rem;
      }
      select {
        inline-size: 100%;
        min-inline-size: 0;
        min-block-size: 44px;
        padding: 0.25rem 0.625rem;
        border: 1px solid var(--_edge);
        border-radius: var(--_radius);
        background: var(--_surface);
        color: inherit;
        font: inherit;
        text-overflow: ellipsis;
      }
      select:disabled {
        color: var(--_muted);
        cursor: not-allowed;
      }
      .note {
        color: var(--_muted);
        font-size: 0.875em;
        text-wrap: pretty;
      }
      .warning {
        padding-inline-start: 0.625rem;
        border-inline-start: 3px solid var(--_live);
        color: var(--_ink);
      }
    `,
  ];

  /** What was chosen; of what is left out, or `{}`, the browser chooses. */
  @property({ attribute: false }) chosen: ChosenDevices = {};
  /** What there is to choose from. */
  @property({ attribute: false }) devices: readonly ListedDevice[] = [];
  /** What visitors may give. */
  @property({ attribute: false }) offered: readonly Modality[] = MODALITIES;
  /** The name of the camera that is on. */
  @property({ attribute: 'camera-name' }) cameraName: string | null = null;
  /** The name of the microphone that is on. */
  @property({ attribute: 'microphone-name' }) microphoneName: string | null = null;
  /** Camera or microphone are on: what is chosen is changed at once. */
  @property({ type: Boolean }) running = false;
  /** The browser asks for them: nothing can be chosen meanwhile. */
  @property({ type: Boolean }) asking = false;

  /** Those that were asked for and are not there. */
  @state() private missing: readonly Device[] = [];
  #statuses = '';
  #leave = new AbortController();

  override connectedCallback(): void {
    super.connectedCallback();
    this.#leave = new AbortController();
    const { signal } = this.#leave;
    // a page without a secure context has none
    (navigator.mediaDevices as MediaDevices | undefined)?.addEventListener(
      'devicechange',
      () => void this.#list(),
      { signal },
    );
    void this.#list();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leave.abort();
  }

  protected override take(state: RecogniserState): void {
    const { phase, source, camera, microphone, microphoneName, chosen, modalities, stream } = state;
    const here = source === 'devices';
    this.running = here && phase !== 'idle' && phase !== 'error';
    this.asking = phase === 'asking';
    this.cameraName = here ? (stream?.getVideoTracks()[0]?.label ?? null) : null;
    this.microphoneName = here && microphone === 'live' ? microphoneName : null;
    this.missing = DEVICES.filter((device) => here && state[device] === 'missing');
    Object.assign(this, { chosen, offered: modalities });
    // with the first one that is allowed the names come
    const statuses = `${camera} ${microphone}`;
    if (statuses !== this.#statuses) void this.#list();
    this.#statuses = statuses;
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    // the options stand there only now; and a choice that the page refused is taken back
    for (const select of this.renderRoot.querySelectorAll('select'))
      select.value = this.#chosenId(select.name as Device);
  }

  override render(): TemplateResult {
    const offered = DEVICES.filter((device) => this.offered.includes(GIVES[device]));
    const { atOnce, next } = devicesWords();
    return html`${offered.map((device) => this.#one(device))}
      <p class="note" id="when" data-testid="devices-when">${this.running ? atOnce : next}</p>`;
  }

  #one(device: Device): TemplateResult {
    const words = devicesWords();
    const listed = this.devices.filter(({ kind }) => kind === KINDS[device]);
    const named = listed.filter(({ deviceId }) => deviceId !== '' && !PSEUDO.includes(deviceId));
    const id = this.#chosenId(device);
    const gone = id !== '' && !named.some(({ deviceId }) => deviceId === id);
    const hidden = device === 'camera' ? words.camerasHidden : words.microphonesHidden;
    const none = listed.length === 0 ? words.none : hidden;
    const note =
      gone || (id !== '' && this.missing.includes(device))
        ? words.notThere
        : named.length === 0
          ? none
          : null;
    const name = device === 'camera' ? this.cameraName : this.microphoneName;
    const now = id === '' && name ? nameOf(name, listed, named) : null;
    return html`<div class="one">
      <label class="heading" for=${device}>${words[device]}</label>
      <select
        id=${device}
        name=${device}
        data-testid="choose-${device}"
        aria-describedby="${note === null ? '' : `${device}-note `}when"
        ?disabled=${this.asking || (named.length === 0 && !gone)}
        @change=${this.#choose}
      >
        <option value="">${now ? words.ownNow(now) : words.own}</option>
        ${named.map(
          ({ deviceId, label }, at) =>
            html`<option value=${deviceId}>${label || `${words[device]} ${at + 1}`}</option>`,
        )}
        ${gone ? html`<option value=${id}>${words.gone}</option>` : nothing}
      </select>
      ${
        note === null
          ? nothing
          : html`<p
              class="note ${note === words.notThere ? 'warning' : ''}"
              id="${device}-note"
              data-testid="${device}-note"
            >
              ${note}
            </p>`
      }
    </div>`;
  }

  /** Empty where the browser chooses; of a page's own constraints the device that they name. */
  #chosenId(device: Device): string {
    const { deviceId = '' } = this.chosen[device] ?? {};
    if (typeof deviceId === 'string') return deviceId;
    const wish = Array.isArray(deviceId) ? deviceId : (deviceId.exact ?? deviceId.ideal ?? '');
    return typeof wish === 'string' ? wish : (wish[0] ?? '');
  }

  readonly #choose = ({ currentTarget }: Event): void => {
    const { name, value } = currentTarget as HTMLSelectElement;
    this.request('devices-choose', { [name]: value === '' ? {} : { deviceId: { exact: value } } });
    this.requestUpdate();
  };

  async #list(): Promise<void> {
    const { signal } = this.#leave;
    try {
      const devices = await navigator.mediaDevices.enumerateDevices();
      if (!signal.aborted) this.devices = devices;
    } catch {
      // nothing is listed here: it says that none is connected
    }
  }
}

/** What the system takes by itself has a name of its own, in Chromium: by its group it is one of those that are listed. */
function nameOf(label: string, listed: readonly ListedDevice[], named: readonly ListedDevice[]): string {
  const pseudo = listed.find((each) => each.label === label && !named.includes(each));
  const group = pseudo?.groupId;
  return (group && named.find(({ groupId }) => groupId === group)?.label) || label;
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-devices': MemoDevices;
  }
}
