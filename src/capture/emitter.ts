/** The listeners of one source. */

import type { SourceEvents } from './source';

export class SourceEmitter {
  readonly #listeners = new Map<keyof SourceEvents, Set<(detail: never) => void>>();

  on<K extends keyof SourceEvents>(event: K, listener: SourceEvents[K]): void {
    const listeners = this.#listeners.get(event) ?? new Set();
    listeners.add(listener as (detail: never) => void);
    this.#listeners.set(event, listeners);
  }

  /** Called the next time alone. */
  once<K extends keyof SourceEvents>(event: K, listener: () => void): void {
    const called = () => {
      this.#listeners.get(event)?.delete(called);
      listener();
    };
    const listeners = this.#listeners.get(event) ?? new Set();
    listeners.add(called);
    this.#listeners.set(event, listeners);
  }

  emit<K extends keyof SourceEvents>(event: K, ...detail: Parameters<SourceEvents[K]>): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      (listener as unknown as (...detail: Parameters<SourceEvents[K]>) => void)(...detail);
    }
  }

  /** Nobody is told anything any more. */
  clear(): void {
    this.#listeners.clear();
  }
}
