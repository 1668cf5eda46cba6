/** What every part has in common: the theme, the recogniser it shows, and the way a request goes up. */

import type { PropertyValues } from 'lit';
import type { MemoRequest, RecogniserState } from '../recogniser';
import type { RequestMap, RequestName } from '../recogniser/requests';
import { ask } from './ask';
import { property } from './decorators';
import { Dressed } from './dressed';
import { Speaker } from './speaker';
import { StoreLink, type RecogniserStore } from './store-link';
import { theme } from './theme';

export class BaseElement extends Dressed {
  static override styles = [theme];

  /** The recogniser to show and to ask; before `for` and what is around. */
  @property({ attribute: false }) store: RecogniserStore | null = null;
  /** The id of the `<memo-engine>` or `<memo-bert>` to show, where it is not around this part. */
  @property({ attribute: 'for' }) for: string | null = null;

  readonly #link = new StoreLink(this, (state) => this.#speaker.say(() => this.take(state)));
  readonly #speaker: Speaker = new Speaker(this, () => this.#link.again());

  override connectedCallback(): void {
    super.connectedCallback();
    this.#link.renew();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#link.renew();
  }

  /** Moved by `moveBefore`: nothing restarts, but another recogniser or another language may be around it now. */
  connectedMoveCallback(): void {
    this.#speaker.hostConnected();
    this.#link.renew();
  }

  /** To its first button, once it shows what was asked for: who pressed one that goes by it stays near. Before anybody can go elsewhere, who would be taken back from there. */
  override focus(): void {
    this.requestUpdate(); // told of by then
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>('button:enabled')?.focus(),
    );
  }

  /** For a part inside of this one: the recogniser, where this part names its own; what is around both is found by itself. */
  protected get named(): RecogniserStore | null {
    return this.store !== null || this.for !== null ? this.#link.store : null;
  }

  /** State comes down: a part takes from it what it shows. */
  protected take(state: RecogniserState): void {
    void state;
  }

  /** Whatever is rendered is said in the language of where this part stands. */
  protected override performUpdate(): void {
    this.#speaker.render(() => super.performUpdate());
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('store') || changed.has('for')) this.#link.renew();
  }

  /**
   * Sends one typed request up, as a bubbling, composed `memo-request` event; to a store that was named, directly: an element
   * is sent such an event of its own. Cancelling it on the part, or on the element around it or named, keeps it from being asked.
   */
  protected request<K extends RequestName>(name: K, detail: RequestMap[K]): void {
    const request = { name, detail } as MemoRequest;
    // somebody else's recogniser may be around a part that names its own
    const named = this.store !== null || this.for !== null;
    if (!ask(this, request, !named) || !named) return;
    const { store } = this.#link;
    if (store instanceof Element) ask(store, request);
    else store?.handle(request);
  }
}
