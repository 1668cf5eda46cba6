/**
 * `<memo-bert>` for tests in a page: says "start" or "top" instead of digging through shadow trees. Every function runs
 * inside the page; none waits for anything.
 */

export interface BarReading {
  readonly label: string;
  /** 0 to 1; null while the bar is empty. */
  readonly probability: number | null;
}

export class MemoHarness {
  constructor(private readonly element: Element) {}

  start(): void {
    this.#click('start');
  }

  stop(): void {
    this.#click('stop');
  }

  tryActor(): void {
    this.#click('actor');
  }

  dismissError(): void {
    this.#click('dismiss');
  }

  /** Types and presses Enter. */
  typeText(text: string): void {
    const input = this.#need<HTMLInputElement>('text');
    input.value = text;
    input.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
    input.form?.requestSubmit();
  }

  chooseFile(file: File): void {
    const input = this.#need('file').parentElement?.querySelector<HTMLInputElement>('input[type=file]');
    if (input === null || input === undefined) throw new Error('there is no file input');
    const chosen = new DataTransfer();
    chosen.items.add(file);
    input.files = chosen.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }

  /** The word in the mask's place; null while the blank is open. */
  top(): string | null {
    return this.find('top')?.textContent ?? null;
  }

  /** In the order shown. */
  bars(): BarReading[] {
    const rows = this.#need('bars').querySelectorAll<HTMLElement>('[data-label]');
    return [...rows].map(({ dataset: { label, probability } }) => ({
      label: label ?? '',
      probability: probability === undefined || probability === '' ? null : Number(probability),
    }));
  }

  phase(): string | null {
    return this.find('phase')?.getAttribute('data-phase') ?? null;
  }

  /** The error's text as shown; null without one. */
  errorText(): string | null {
    return this.find('error')?.textContent?.replace(/\s+/g, ' ').trim() ?? null;
  }

  announcement(): string {
    return this.#need('announcement').textContent ?? '';
  }

  /** The first part with this test id, however deep; null when it is not shown. */
  find<T extends HTMLElement = HTMLElement>(testId: string): T | null {
    return findDeep<T>(this.element, `[data-testid="${testId}"]`);
  }

  #click(testId: string): void {
    this.#need(testId).click();
  }

  #need<T extends HTMLElement = HTMLElement>(testId: string): T {
    const found = this.find<T>(testId);
    if (found === null) throw new Error(`<memo-bert> shows no part "${testId}"`);
    return found;
  }
}

function findDeep<T extends HTMLElement>(root: Element, selector: string): T | null {
  const { shadowRoot } = root;
  if (shadowRoot === null) return null;
  const own = shadowRoot.querySelector<T>(selector);
  if (own !== null) return own;
  for (const child of shadowRoot.querySelectorAll('*')) {
    const deep = findDeep<T>(child, selector);
    if (deep !== null) return deep;
  }
  return null;
}
