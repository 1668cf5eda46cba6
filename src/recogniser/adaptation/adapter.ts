/** The marks of one recogniser: taken, kept, fitted, and applied to its estimates. */

import { MemoError } from '../../errors';
import type { Estimate } from '../../memobert/estimate';
import { momentMissing } from '../../memobert/moment';
import type { Adaptation, Mark } from './fit';
import { Keeper, type KeptStorage } from './keeper';
import type { marking } from './marking';
import { keyOf, type Subject } from './subject';

export type Marking = typeof marking;

export interface AdaptationState {
  /** What the marks are of; null before a model is loaded. */
  readonly subject: Subject | null;
  /** Oldest first. */
  readonly marks: readonly Mark[];
  /** Null while fewer than two different words are marked. */
  readonly fitted: Adaptation | null;
  /** Whether it is applied to the estimates. */
  readonly on: boolean;
  /** Whether this browser keeps the marks. */
  readonly kept: boolean;
  /** The last thing that went wrong; nothing was lost by it. */
  readonly error: MemoError | null;
}

export const NO_ADAPTATION: AdaptationState = Object.freeze<AdaptationState>({
  subject: null,
  marks: [],
  fitted: null,
  on: true,
  kept: false,
  error: null,
});

export class Adapter {
  readonly #keeper: Keeper;
  readonly #changed: (state: AdaptationState, answers: boolean) => void;
  readonly #marking: () => Marking;
  /** Marks of other prompts and words: they come back with them. */
  readonly #others = new Map<string, AdaptationState>();
  #state = NO_ADAPTATION;

  /**
   * @param changed `answers`: what is said of the same evidence is another now
   * @param marking asked for from the first {@link turnTo} on
   */
  constructor(
    storage: KeptStorage | null,
    changed: (state: AdaptationState, answers: boolean) => void,
    marking: () => Marking,
  ) {
    this.#keeper = new Keeper(storage);
    this.#changed = changed;
    this.#marking = marking;
  }

  get state(): AdaptationState {
    return this.#state;
  }

  /** A model was loaded, or is asked otherwise. */
  turnTo(subject: Subject): void {
    const { subject: before } = this.#state;
    if (before !== null && keyOf(before) === keyOf(subject)) return;
    if (before !== null) this.#others.set(keyOf(before), { ...this.#state, error: null });
    const other = this.#others.get(keyOf(subject));
    // what is kept may have been forgotten, or marked in another tab, since
    if (other?.kept === false) this.#set(other);
    else this.#set({ ...this.#remembered(subject), on: other?.on ?? true });
  }

  /** The estimate with the adaptation applied; the same one where there is none for its words. */
  apply(estimate: Estimate): Estimate {
    const { fitted, on, subject } = this.#state;
    if (fitted === null || !on || subject?.labels.join() !== estimate.labels.join()) return estimate;
    return { ...estimate, probabilities: this.#marking().adapt(estimate.probabilities, fitted) };
  }

  /**
   * This moment's right word.
   * @throws MemoError `moment-missing`, `label-invalid`
   */
  mark(estimate: Estimate | null, word: string): Mark {
    return this.#try(() => {
      const { subject, marks } = this.#state;
      if (estimate === null || subject === null) throw momentMissing();
      if (!estimate.labels.includes(word) || !subject.labels.includes(word))
        throw notALabel(word, subject.labels);
      const { time, unadapted, probabilities } = estimate;
      const mark = { time, word, probabilities: unadapted ?? probabilities };
      this.#refit([...marks, mark].slice(-this.#marking().MOST_MARKS));
      return mark;
    });
  }

  /** @param index in `state.marks`; one that is not there changes nothing */
  unmark(index: number): void {
    const { marks } = this.#state;
    if (marks[index] !== undefined) this.#try(() => this.#refit(marks.filter((_, at) => at !== index)));
  }

  /** Applies it, or leaves the model's own answer, without forgetting anything. */
  use(on: boolean): void {
    if (on !== this.#state.on) this.#set({ ...this.#state, on });
  }

  /**
   * Keeps the marks in this browser from now on, or no longer.
   * @throws MemoError `adaptation-storage`
   */
  keep(kept: boolean): void {
    this.#try(() => {
      const { subject, marks } = this.#state;
      if (subject === null) throw momentMissing();
      if (kept) this.#keeper.write(subject, this.#marking().writeAdaptation(subject, marks));
      else this.#keeper.forget(subject);
      this.#tell({ ...this.#state, kept, error: null });
    });
  }

  /** Forgets all marks of this prompt and these words, kept ones too. */
  clear(): void {
    const { subject } = this.#state;
    if (subject === null) return;
    this.#keeper.forget(subject);
    this.#set({ ...NO_ADAPTATION, subject });
  }

  /** @throws MemoError `marks-missing` where there is nothing to save */
  toJson(): string {
    const { subject, marks } = this.#state;
    if (subject !== null && marks.length > 0) return this.#marking().writeAdaptation(subject, marks);
    throw new MemoError('marks-missing', 'No moment is marked.', 'Mark a moment, then save.');
  }

  /**
   * Takes the marks of a file in place of those that there are.
   * @throws MemoError `adaptation-invalid`, `adaptation-foreign`, `moment-missing` before a model is loaded
   */
  fromJson(text: string): void {
    this.#try(() => {
      const { subject } = this.#state;
      if (subject === null) throw momentMissing();
      this.#refit(this.#marking().readAdaptation(text, subject));
    });
  }

  dismissError(): void {
    this.#tell({ ...this.#state, error: null });
  }

  #remembered(subject: Subject): AdaptationState {
    const fresh = { ...NO_ADAPTATION, subject };
    const text = this.#keeper.read(subject);
    if (text === null) return fresh;
    try {
      const marks = this.#marking().readAdaptation(text, subject);
      return { ...fresh, marks, fitted: this.#fitOrNone(subject, marks), kept: true };
    } catch (error) {
      return { ...fresh, error: MemoError.from(error) };
    }
  }

  #refit(marks: readonly Mark[]): void {
    const { subject, kept } = this.#state;
    if (subject === null) return;
    const next = { ...this.#state, marks, fitted: this.#fitOrNone(subject, marks), error: null };
    try {
      if (kept) this.#keeper.write(subject, this.#marking().writeAdaptation(subject, marks));
      this.#set(next);
    } catch (error) {
      // the mark itself is not lost
      this.#set({ ...next, kept: false, error: MemoError.from(error) });
    }
  }

  #fitOrNone({ labels }: Subject, marks: readonly Mark[]): Adaptation | null {
    const words = new Set(marks.map(({ word }) => word));
    return words.size < 2 ? null : this.#marking().fitAdaptation(labels, marks);
  }

  #set(state: AdaptationState): void {
    const { fitted, on } = this.#state;
    // before a model is loaded nothing has been answered
    this.#tell(state, state.subject !== null && (state.fitted !== fitted || state.on !== on));
  }

  #tell(state: AdaptationState, answers = false): void {
    this.#state = Object.freeze(state);
    this.#changed(this.#state, answers);
  }

  #try<T>(step: () => T): T {
    try {
      return step();
    } catch (cause) {
      const error = MemoError.from(cause);
      this.#tell({ ...this.#state, error });
      throw error;
    }
  }
}

function notALabel(word: string, labels: readonly string[]): MemoError {
  return new MemoError(
    'label-invalid',
    `"${word}" is none of the words that are asked for.`,
    `Mark one of ${labels.join(', ')}, or ask for other words first.`,
  );
}
