/** One frozen state, replaced on change; subscribers are told at most once per microtask. */

import { INITIAL_STATE, type RecogniserState } from './state';

export class Store {
  #state: RecogniserState = INITIAL_STATE;
  readonly #subscribers = new Set<(state: RecogniserState) => void>();
  #scheduled = false;

  get state(): RecogniserState {
    return this.#state;
  }

  set(change: Partial<RecogniserState>): void {
    this.#state = Object.freeze({ ...this.#state, ...change });
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      tellAll(this.#subscribers, this.#state);
    });
  }

  /** Calls back at once with the present state, then after changes; returns the way out. */
  subscribe(subscriber: (state: RecogniserState) => void): () => void {
    subscriber(this.#state); // one that throws has no way out
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }
}

/** Each is told, also where one before it throws: that is reported as any error that nobody catches. */
export function tellAll<T>(subscribers: Iterable<(told: T) => void>, told: T): void {
  for (const subscriber of [...subscribers]) {
    try {
      subscriber(told);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
