/** What a recogniser tells: one state to subscribe to, and events. Phase and conditions follow from the facts at every change. */

import { TypedEventTarget, type RecogniserEventMap } from './events';
import { conditionsOf, phaseOf, type Facts } from './phase';
import type { RecogniserState } from './state';
import { Store } from './store';

export abstract class Teller extends TypedEventTarget {
  readonly #store = new Store();

  get state(): RecogniserState {
    return this.#store.state;
  }

  /** Calls back at once with the present state, then after changes, at most once per microtask; returns the way out. */
  subscribe(subscriber: (state: RecogniserState) => void): () => void {
    return this.#store.subscribe(subscriber);
  }

  protected abstract facts(): Facts;

  /** For what neither phase nor conditions follow from: a run may be about to change. */
  protected keep(change: Partial<RecogniserState>): void {
    this.#store.set(change);
  }

  /** Every other change goes through here: phase and conditions are told when they change. */
  protected apply(change: Partial<RecogniserState>): void {
    const before = this.state;
    this.#store.set(change);
    const facts = this.facts();
    const phase = phaseOf(facts);
    const conditions = conditionsOf(facts);
    const same = conditions.join() === before.conditions.join();
    if (phase === before.phase && same) return;
    this.#store.set({ phase, conditions: same ? before.conditions : conditions });
    this.emit('statechange', { phase, previous: before.phase, conditions });
  }

  protected emit<K extends keyof RecogniserEventMap>(type: K, detail: RecogniserEventMap[K]['detail']): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
