/** Lit's `@property`, `@state` and `@query` as TypeScript's own decorators call them: Lit's bring the code for another kind too. */

import type { PropertyDeclaration, ReactiveElement } from 'lit';

type Decorator = (prototype: ReactiveElement, name: string) => void;

/** Read from an attribute and shown by the next render. */
export function property(options?: PropertyDeclaration): Decorator {
  return (prototype, name) => (prototype.constructor as typeof ReactiveElement).createProperty(name, options);
}

/** Without an attribute, and nobody else's. */
export function state(): Decorator {
  return property({ state: true, attribute: false });
}

/** The first of what was rendered that fits, or null; looked for each time. */
export function query(selector: string): Decorator {
  return (prototype, name) =>
    Object.defineProperty(prototype, name, {
      get(this: ReactiveElement) {
        return this.renderRoot?.querySelector(selector) ?? null;
      },
    });
}
