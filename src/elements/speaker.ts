/** Which language an element speaks: that of the nearest `lang` around it, its own included, shadow trees passed. */

import { updateWhenLocaleChanges } from '@lit/localize/internal/localized-controller.js';
import type { LitElement, ReactiveController } from 'lit';
import { above } from './above';
import { fetchWords, languageOf, speaking, strings, wordsOf, type Language } from './strings';

/** English where no `lang` is, or one that nobody has written here. */
export function languageAt(element: Element): Language {
  for (let node: Node | null = element; node !== null; node = above(node)) {
    // what is around it in another document is no `Element` of this one
    const tag = (node as Partial<Element>).getAttribute?.('lang') ?? null;
    if (tag !== null) return languageOf(tag) ?? 'en';
  }
  return 'en';
}

export class Speaker implements ReactiveController {
  #language: Language = 'en';

  /** @param changed called when other words are to be said than before, besides an update of the host */
  constructor(
    private readonly host: LitElement,
    private readonly changed: () => void = () => undefined,
  ) {
    host.addController(this);
    updateWhenLocaleChanges(host);
  }

  /** Runs `say` in this language; it must not wait for anything. */
  say<T>(say: () => T): T {
    return speaking(this.#language, say);
  }

  /** Runs `render` in this language, and says so of what it rendered: the page around it may speak another. */
  render(render: () => void): void {
    this.say(() => {
      render();
      // a word in another language has its own `lang`, further inside
      for (const child of this.host.renderRoot.children) child.setAttribute('lang', strings.language);
    });
  }

  /** Connected, or moved by `moveBefore`. */
  hostConnected(): void {
    listeners.add(this.renew);
    for (let root = this.host.getRootNode(); ; root = root.host.getRootNode()) {
      watch(root);
      if (!(root instanceof ShadowRoot)) break;
    }
    this.renew();
  }

  hostDisconnected(): void {
    listeners.delete(this.renew);
  }

  readonly renew = (): void => {
    const language = languageAt(this.host);
    if (language === this.#language) return;
    this.#language = language;
    this.#tell();
    if (wordsOf(language) === null) void fetchWords(language).then(() => this.#tell());
  };

  #tell(): void {
    this.changed();
    this.host.requestUpdate();
  }
}

/** One observer for all, of every tree that an element stands in: it holds none of them alive. */
const listeners = new Set<() => void>();
const watched = new WeakSet<Node>();
let observer: MutationObserver | null = null;

function watch(root: Node): void {
  if (watched.has(root)) return;
  watched.add(root);
  observer ??= new MutationObserver(() => {
    for (const listener of [...listeners]) listener();
  });
  observer.observe(root, { attributes: true, attributeFilter: ['lang'], subtree: true });
}
