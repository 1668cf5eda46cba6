/**
 * CSS properties of one element, set through the CSSOM. Lit's own `styleMap` writes a `style` attribute on the first
 * render, which a policy of `style-src 'self'` blocks.
 */

import { noChange } from 'lit';
import { Directive, directive, type ElementPart } from 'lit/directive.js';

/** Property name as in CSS (`--_p`, `inline-size`) -> value. */
export type CssValues = Readonly<Record<string, string>>;

class CssValuesDirective extends Directive {
  #set: CssValues = {};

  override render(values: CssValues): unknown {
    void values;
    return noChange;
  }

  override update({ element }: ElementPart, [values]: [CssValues]): unknown {
    const { style } = element as HTMLElement;
    for (const name of Object.keys(this.#set)) {
      if (!(name in values)) style.removeProperty(name);
    }
    for (const [name, value] of Object.entries(values)) {
      if (this.#set[name] !== value) style.setProperty(name, value);
    }
    this.#set = values;
    return noChange;
  }
}

/** Used as an attribute without a name: `<div ${cssValues({ '--_p': '0.5' })}>`. */
export const cssValues = directive(CssValuesDirective);
