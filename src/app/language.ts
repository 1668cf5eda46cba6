/**
 * A page's language: of `?lang=`, else the first of the browser's own that is written here. Nothing is stored: the address
 * keeps it, and so do the links between our pages. English is what the HTML says; another language's text is fetched when it
 * is first wanted.
 */

import { render, type TemplateResult } from 'lit';
import { LANGUAGES, languageOf, type Language } from '../elements/strings';

export const LANGUAGE_PARAMETER = 'lang';

/** A page's own texts, by the `data-text` or `data-label` of what they take the place of. */
export type Texts = Readonly<Record<string, string | TemplateResult>>;

/** @param preferred the browser's languages, the most wanted first */
export function wantedLanguage({ searchParams }: URL, preferred: readonly string[]): Language {
  const asked = languageOf(searchParams.get(LANGUAGE_PARAMETER) ?? '');
  if (asked !== null) return asked;
  for (const tag of preferred) {
    const language = languageOf(tag);
    if (language !== null) return language;
  }
  return 'en';
}

/** The address that keeps a language; what else it asks for stays. */
export function withLanguage(address: URL, language: Language): URL {
  const url = new URL(address);
  url.searchParams.set(LANGUAGE_PARAMETER, language);
  return url;
}

/** Puts a language's text in the place of another's, and back; elements follow `<html lang>` by themselves. */
export class PageLanguage {
  readonly #english = new Map<Element, readonly Node[] | string>();
  /** Of several wishes the last one wins. */
  #wish = 0;

  constructor(
    private readonly page: Document,
    private readonly fetchKorean: () => Promise<Texts>,
  ) {}

  /** Resolves when the page says it. Without the text (offline, before it was fetched) the page stays as it is. */
  async speak(language: Language): Promise<void> {
    this.#wish += 1;
    const wish = this.#wish;
    const texts = language === 'en' ? null : await this.fetchKorean().catch(() => undefined);
    if (wish !== this.#wish || texts === undefined) return;
    for (const element of this.page.querySelectorAll<HTMLElement>('[data-text], [data-label]')) {
      this.#say(element, texts);
    }
    this.mark(language);
  }

  /** Says which language it is: to the browser, by the switch, and to our other pages by the links to them. */
  mark(language: Language): void {
    this.page.documentElement.lang = language;
    for (const link of this.page.querySelectorAll<HTMLAnchorElement>('a[data-keeps-language]'))
      link.href = withLanguage(new URL(link.href), language).href;
    for (const link of this.page.querySelectorAll('.languages a')) {
      if (link.getAttribute('hreflang') === language) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  }

  #say(element: HTMLElement, texts: Texts | null): void {
    const { text, label } = element.dataset;
    // what a tool reads, not a person: a name, or a page's description
    const attribute = element instanceof HTMLMetaElement ? 'content' : 'aria-label';
    if (!this.#english.has(element)) {
      const english = text === undefined ? (element.getAttribute(attribute) ?? '') : [...element.childNodes];
      this.#english.set(element, english);
    }
    const english = this.#english.get(element) ?? '';
    const said = texts?.[text ?? label ?? ''];
    if (typeof english === 'string')
      element.setAttribute(attribute, said === undefined ? english : String(said));
    else if (said === undefined) element.replaceChildren(...english);
    else {
      // apart, so that no part of a template is left behind in the page
      const apart = this.page.createDocumentFragment();
      render(said, apart);
      element.replaceChildren(...apart.childNodes);
    }
  }
}

/**
 * Follows the address and the links of the switch, without a new page: what runs goes on.
 * @param fetchKorean the page's own Korean; asked again when it could not be fetched
 */
export function followLanguage(page: Document, view: Window, fetchKorean: () => Promise<Texts>): void {
  const text = new PageLanguage(page, fetchKorean);
  const now = () => wantedLanguage(new URL(view.location.href), view.navigator.languages);
  page.querySelector('.languages')?.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const language = LANGUAGES.find((known) => known === link?.getAttribute('hreflang'));
    const { ctrlKey, metaKey, shiftKey } = event as MouseEvent;
    if (language === undefined || ctrlKey || metaKey || shiftKey) return;
    event.preventDefault();
    view.history.pushState(null, '', withLanguage(new URL(view.location.href), language));
    void text.speak(language);
  });
  view.addEventListener('popstate', () => void text.speak(now()));
  if (now() === 'en') text.mark('en');
  else void text.speak(now());
}
