/** An {@link Adapter} that comes with the first model: before that nothing can be marked, and no page carries what does it. */

import { MemoError } from '../../errors';
import type { Estimate } from '../../memobert/estimate';
import { momentMissing } from '../../memobert/moment';
import type { Adapter } from './adapter';
import type { Mark } from './fit';
import { NO_ADAPTATION, type AdaptationState } from './state';
import type { Subject } from './subject';

/** The marks of a recogniser: `recogniser.adapter`. `mark()` of the recogniser itself takes one of the moment that is shown. */
export class LateAdapter {
  readonly #changed: (state: AdaptationState) => void;
  readonly #create: (on: boolean) => Adapter;
  #adapter: Adapter | null = null;
  /** Before there is a model. */
  #state = NO_ADAPTATION;

  /** @param create asked with the first {@link turnTo}, and told whether it is to be applied @internal */
  constructor(changed: (state: AdaptationState) => void, create: (on: boolean) => Adapter) {
    this.#changed = changed;
    this.#create = create;
  }

  /** A model was loaded, or is asked otherwise. @internal */
  turnTo(subject: Subject): void {
    this.#adapter ??= this.#create(this.#state.on);
    this.#adapter.turnTo(subject);
  }

  /** The estimate with the adaptation applied; the same one where there is none for its words. @internal */
  apply(estimate: Estimate): Estimate {
    return this.#adapter?.apply(estimate) ?? estimate;
  }

  /**
   * This moment's right word, a label's id.
   * @throws MemoError `moment-missing`, `label-invalid`
   */
  mark(estimate: Estimate | null, word: string): Mark {
    return this.#needed().mark(estimate, word);
  }

  /** @param index in `state.marks`; one that is not there changes nothing */
  unmark(index: number): void {
    this.#adapter?.unmark(index);
  }

  /** Applies it, or leaves the model's own answer, without forgetting anything. */
  use(on: boolean): void {
    if (this.#adapter === null) this.#tell({ on });
    else this.#adapter.use(on);
  }

  /**
   * Keeps the marks in this browser from now on, or no longer.
   * @throws MemoError `adaptation-storage`, `moment-missing` before a model is loaded
   */
  keep(kept: boolean): void {
    this.#needed().keep(kept);
  }

  /** Forgets all marks of this prompt and these words, kept ones too. */
  clear(): void {
    this.#adapter?.clear();
  }

  /** @throws MemoError `marks-missing` where there is nothing to save */
  toJson(): string {
    const text = this.#adapter?.toJson();
    if (text) return text;
    throw new MemoError('marks-missing', 'No moment is marked.', 'Mark a moment, then save.');
  }

  /**
   * Takes the marks of a file in place of those that there are.
   * Rejects with `adaptation-invalid`, `adaptation-foreign`, `moment-missing` before a model is loaded
   */
  async fromFile(file: Blob): Promise<void> {
    await this.#needed().fromFile(file);
  }

  /** `state.error` is null again. */
  dismissError(): void {
    if (this.#adapter === null) this.#tell({ error: null });
    else this.#adapter.dismissError();
  }

  #needed(): Adapter {
    if (this.#adapter !== null) return this.#adapter;
    const error = momentMissing();
    this.#tell({ error });
    throw error;
  }

  #tell(change: Partial<AdaptationState>): void {
    this.#state = Object.freeze({ ...this.#state, ...change });
    this.#changed(this.#state);
  }
}
