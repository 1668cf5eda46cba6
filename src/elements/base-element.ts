/** What every part has in common: the theme, and the way a request goes up. */

import { LitElement } from 'lit';
import { REQUEST_EVENT, type RequestMap, type RequestName } from '../recogniser/requests';
import { theme } from './theme';

export class BaseElement extends LitElement {
  static override styles = [theme];

  /** Sends one typed request up, as a bubbling, composed `memo-request` event. */
  protected request<K extends RequestName>(name: K, detail: RequestMap[K]): void {
    this.dispatchEvent(
      new CustomEvent(REQUEST_EVENT, { detail: { name, detail }, bubbles: true, composed: true }),
    );
  }
}
