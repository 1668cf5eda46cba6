/** The masking playground's page side: one moment taken, what of it is masked, and what the model fills in there. */

import { MemoError } from '../errors';
import { momentMissing, type Filling, type Masks, type Moment } from '../memobert/moment';
import type { EngineClient } from './engine-client';
import { NO_MOMENT, type MomentState } from './moment-state';

export class Moments {
  /** The worker that holds the moment. */
  #holder: EngineClient | null = null;
  #asking = false;
  /** The last wish for a moment. */
  #wish = Symbol();

  /**
   * @param client the loaded model's; null without one
   * @param state as it was last shown
   * @param show replaces it
   */
  constructor(
    private readonly client: () => EngineClient | null,
    private readonly state: () => MomentState,
    private readonly show: (state: MomentState) => void,
  ) {}

  /**
   * Freezes what the last estimate was made of. Rejects with `moment-missing` before any.
   * @param before brings the worker to another moment first
   */
  async take(before: (() => Promise<void>) | null = null): Promise<Moment> {
    const wish = Symbol();
    this.#wish = wish;
    const step = async () => {
      if (before !== null) {
        this.#set({ ...NO_MOMENT, busy: true });
        await before();
      }
      const client = this.client();
      if (client === null) throw momentMissing();
      const taken = await client.request('moment', {});
      this.#holder = client;
      this.#set({ ...NO_MOMENT, taken });
      return taken;
    };
    // of two, the newer one's state is shown
    return this.#try(step, () => this.#wish === wish);
  }

  /** Rejects with `moment-missing`, `input-invalid`, or what is wrong with the bundle's heads. */
  async fill(masks: Masks): Promise<Filling> {
    return this.#try(async () => {
      const client = this.client();
      // a worker that ended took the moment with it
      if (client === null || client !== this.#holder) throw momentMissing();
      const { taken } = this.#state;
      this.#set({ ...this.#state, masks, busy: true, error: null });
      const filling = await client.request('fill', { masks });
      const { masks: wanted, taken: now } = this.#state;
      if (now === taken) this.#set({ ...this.#state, filling, busy: wanted !== masks });
      return filling;
    });
  }

  /** As {@link fill}, for somebody who drags: only the newest is asked for, errors are told by the state. */
  async mask(masks: Masks): Promise<void> {
    if (this.#asking) {
      this.#set({ ...this.#state, masks, busy: true });
      return;
    }
    this.#asking = true;
    try {
      let wanted = masks;
      do {
        await this.fill(wanted);
        if (this.#state.masks === wanted) break;
        wanted = this.#state.masks;
      } while (this.#state.taken !== null);
    } catch {
      // told by the state
    } finally {
      this.#asking = false;
    }
  }

  async #try<T>(step: () => Promise<T>, tells = () => true): Promise<T> {
    try {
      return await step();
    } catch (cause) {
      const error = MemoError.from(cause);
      // who began something else knows
      if (tells()) this.#set({ ...this.#state, busy: false, error: error.code === 'aborted' ? null : error });
      throw error;
    }
  }

  get #state(): MomentState {
    return this.state();
  }

  #set(state: MomentState): void {
    this.show(Object.freeze(state));
  }
}
