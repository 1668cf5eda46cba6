/** An element whose styles go with it into another document: a frame's, or that of a picture-in-picture window. */

import { adoptStyles, LitElement, type CSSResult } from 'lit';

export class Dressed extends LitElement {
  /** What came late, with a panel. */
  #late: readonly CSSResult[] = [];

  /** Moved into another document: its shadow root has lost them, for a constructed sheet serves one document. */
  adoptedCallback(): void {
    if (this.shadowRoot !== null) this.dress();
  }

  protected override createRenderRoot(): ShadowRoot {
    return this.dress();
  }

  /** @param late further styles, from here on */
  protected dress(late = this.#late): ShadowRoot {
    this.#late = late;
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    const styles = [...(this.constructor as typeof LitElement).elementStyles, ...late];
    const { defaultView } = this.ownerDocument;
    if (defaultView === window) adoptStyles(root, styles);
    else if (defaultView !== null) {
      // as a sheet, for which a content policy has no say
      const sheet = new defaultView.CSSStyleSheet();
      sheet.replaceSync(styles.map(String).join(''));
      root.adoptedStyleSheets = [sheet];
    }
    return root;
  }
}
