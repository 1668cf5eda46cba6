import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { MemoEngine } from '../elements';
import { readAttributes } from '../elements/attributes';
import { buttons } from '../elements/buttons';
import { cssValues } from '../elements/css-values';
import { customElement } from '../elements/custom-element';
import { property, state } from '../elements/decorators';
import { megabytes } from '../elements/format';
import { Speaker } from '../elements/speaker';
import { strings } from '../elements/strings';
import { offlineWords } from '../elements/strings/offline-words';
import { tellOfRenewal } from '../elements/strings/renewal-words';
import { theme } from '../elements/theme';
import type { MemoError } from '../errors';
import {
  browserParts,
  forgetKeptMarks,
  INITIAL_OFFLINE,
  OfflineStore,
  type OfflineRequest,
  type OfflineState,
} from '../offline';
import { engineOptions, INITIAL_STATE } from '../recogniser';
import { reloadOnceForIsolation } from './isolation';
import { isOfVersion, noteRenewal, renewedLately } from './renewal';
import { whenLoaded } from './when-loaded';
import { wouldLose } from './would-lose';

/**
 * What of this page lies on the device, and the buttons to keep, delete and renew it. It registers the service worker, so it belongs
 * to this page, and not into those of others. Comes late: nobody waits for it.
 */
@customElement('memo-offline')
export class MemoOffline extends LitElement {
  static override styles = [
    theme,
    buttons,
    css`
      :host {
        display: block;
      }
      section {
        display: grid;
        gap: 0.5rem;
        padding: 1rem 1.125rem;
        border-radius: var(--_radius);
        background: var(--_surface);
        box-shadow: 0 0 0 1px var(--_line);
      }
      h2 {
        margin: 0;
        font-size: 1rem;
        font-weight: 650;
      }
      .detail {
        color: var(--_muted);
        font-size: 0.875em;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        margin-block-start: 0.375rem;
      }
      .buttons button {
        white-space: normal;
      }
      .track {
        block-size: 6px;
        overflow: hidden;
        border-radius: 99px;
        background: var(--_line);
      }
      .fill {
        block-size: 100%;
        background: var(--_ink);
        transform: translateX(calc((var(--_p) - 1) * 100%));
      }
      .wrong {
        padding-inline-start: 0.75rem;
        border-inline-start: 3px solid var(--_live);
      }
    `,
  ];

  /** The id of the `<memo-bert>` or `<memo-engine>` whose files are meant. */
  @property({ attribute: 'for' }) for = '';
  /** Carries the requests out; a test brings its own. */
  @property({ attribute: false }) store: OfflineStore | null = null;

  @state() private known: OfflineState = INITIAL_OFFLINE;

  /** Until the first look is over, what is kept is not known. */
  @state() private looked = false;

  readonly #speaker = new Speaker(this);
  #leave: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.store === null) {
      this.store = new OfflineStore(browserParts(this.#page()));
      void this.store.open();
    }
    const { store } = this;
    const look = () => void store.look();
    const engine = this.#engine();
    const failed = ({ detail }: CustomEvent<MemoError>) => {
      if (isOfVersion(detail)) store.lookForUpdate();
    };
    for (const type of ['online', 'offline']) addEventListener(type, look);
    engine?.addEventListener('error', failed);
    this.#leave = [
      store.subscribe((known) => {
        this.known = known;
        this.looked ||= known.work !== 'looking';
      }),
      engine === null ? () => undefined : whenLoaded(engine, look),
      () => ['online', 'offline'].forEach((type) => removeEventListener(type, look)),
      () => engine?.removeEventListener('error', failed),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const leave of this.#leave) leave();
    this.#leave = [];
  }

  protected override performUpdate(): void {
    this.#speaker.render(() => super.performUpdate());
  }

  override render(): TemplateResult {
    const { supported, kept, work, online, error, healed } = this.known;
    const words = offlineWords();
    return html`<section aria-labelledby="heading" tabindex="-1">
      <h2 id="heading">${words.heading}</h2>
      ${this.#update()}
      <p role="status" data-testid="offline-state" data-kept=${kept} data-work=${work}>
        ${online ? nothing : words.offline}
        ${supported ? (this.looked ? words.kept[kept] : nothing) : words.unsupported}
        ${work === 'none' || (work === 'looking' && this.looked) ? nothing : `${words.work[work]} …`}
      </p>
      ${error === null ? nothing : html`<p class="wrong" role="alert">${inWords(error)}</p>`}
      ${work === 'keeping' ? this.#progress() : nothing} ${this.#stored()}
      ${healed === 0 ? nothing : html`<p class="detail" data-testid="healed">${words.healed(healed)}</p>`}
      ${supported ? this.#buttons() : nothing}
      <p class="detail">${words.forgetHint}</p>
    </section>`;
  }

  /** An error that is shown says by then what else can be done about it. */
  protected override updated(): void {
    if (this.known.update === 'none') return;
    void tellOfRenewal(isOfVersion).then((isNew) => {
      if (isNew) this.#engine()?.renderRoot.querySelector<LitElement>('memo-error')?.requestUpdate();
    });
  }

  #update(): TemplateResult | typeof nothing {
    const { update } = this.known;
    if (update === 'none') return nothing;
    const words = offlineWords().update;
    return html`<p role="status" data-testid="update" data-update=${update}>${words[update]}</p>
      ${
        update === 'coming'
          ? nothing
          : html`<div class="buttons">
              <button class="strong" type="button" @click=${() => this.#request('update')}>
                ${words.button}
              </button>
            </div>`
      }`;
  }

  #stored(): TemplateResult | typeof nothing {
    const { storedBytes, persistent } = this.known;
    if (storedBytes === 0) return nothing;
    const words = offlineWords();
    return html`<p class="detail" data-testid="stored" data-bytes=${storedBytes}>
      ${words.stored(megabytes(storedBytes))} ${persistent ? words.persistent : words.temporary}
    </p>`;
  }

  #progress(): TemplateResult {
    const { loadedBytes, neededBytes } = this.known;
    const total = neededBytes ?? 0;
    const fraction = total === 0 ? 0 : loadedBytes / total;
    return html`<div
        class="track"
        role="progressbar"
        aria-label=${offlineWords().work.keeping}
        aria-valuemin="0"
        aria-valuemax="100"
        aria-valuenow=${Math.round(fraction * 100)}
        ${cssValues({ '--_p': String(fraction) })}
      >
        <div class="fill"></div>
      </div>
      <p class="detail number">${offlineWords().bytes(megabytes(loadedBytes), megabytes(total))}</p>`;
  }

  #buttons(): TemplateResult {
    const { work, kept, missingBytes, storedBytes } = this.known;
    const words = offlineWords();
    const busy = work === 'keeping' || work === 'deleting';
    const button = (name: OfflineRequest, text: string, disabled: boolean) =>
      html`<button
        class="quiet"
        type="button"
        ?disabled=${busy || disabled}
        data-testid="offline-${name}"
        @click=${() => this.#request(name)}
      >
        ${text}
      </button>`;
    // of the page's own few the size is not known here
    const size = missingBytes ? megabytes(missingBytes) : null;
    return html`<div class="buttons">
      ${button('keep', words.keep(size), kept === 'all')}
      ${button('delete', words.delete, kept === 'nothing' && storedBytes === 0)}
      ${button('forget', words.forget, storedBytes === 0)}
    </div>`;
  }

  #request(request: OfflineRequest): void {
    // its buttons are disabled while it works
    this.renderRoot.querySelector('section')?.focus();
    void this.store?.request(request);
  }

  #engine(): MemoEngine | null {
    const element = (this.getRootNode() as Document | ShadowRoot).getElementById(this.for);
    return element instanceof MemoEngine ? element : null;
  }

  #page() {
    const busy = () => {
      let known = INITIAL_STATE;
      const leave = this.#engine()?.subscribe((state) => (known = state));
      leave?.();
      return wouldLose(known);
    };
    // older browsers do not tell: there nothing is reloaded
    const active = () =>
      busy() || (navigator.userActivation as UserActivation | undefined)?.hasBeenActive !== false;
    return {
      busy,
      touched: () => active() || renewedLately(history, Date.now()),
      reload: () => {
        noteRenewal(history, Date.now());
        location.reload();
      },
      engine: () => {
        const engine = this.#engine();
        if (engine === null) throw new ReferenceError(`no <memo-bert id="${this.for}">`);
        return engineOptions(readAttributes(engine).options);
      },
      forgetMarks: () => {
        this.#engine()?.handle({ name: 'adaptation-clear', detail: {} });
        forgetKeptMarks(window);
      },
      onFirst: () =>
        reloadOnceForIsolation({
          isolated: crossOriginIsolated,
          touched: active,
          history,
          reload: () => location.reload(),
        }),
    };
  }
}

/** An error's own words are English; in another language they stand beside what its code says. */
function inWords(error: MemoError): unknown {
  const { code, message, cure } = error;
  const said = strings.errors(error);
  if (said === null) return `${message} ${cure}`;
  return html`${said.what} ${said.cure} <span lang="en">${code}: ${message}</span>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-offline': MemoOffline;
  }
}
