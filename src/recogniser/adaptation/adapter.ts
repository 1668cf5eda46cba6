/** The marks of one recogniser: taken, kept, fitted, and applied to its estimates. */

import { MemoError } from '../../errors';
import type { Estimate } from '../../memobert/estimate';
import { momentMissing } from '../../memobert/moment';
import { MOST_MARKS, readAdaptation, textOf, writeAdaptation } from './file';
import { adapt, fitAdaptation, type Adaptation, type Mark } from './fit';
import { browserStorage, Keeper, type KeptStorage } from './keeper';
import { NO_ADAPTATION, type AdaptationState } from './state';
import { answers, keyOf, type Subject } from './subject';

export class Adapter {
  readonly #keeper: Keeper;
  readonly #changed: (state: AdaptationState, answers: boolean) => void;
  /** Marks of other prompts and words: they come back with them. */
  readonly #others = new Map<string, AdaptationState>();
  #state: AdaptationState;

  /**
   * @param changed `answers`: what is said of the same evidence is another now
   * @param storage the browser's own unless said
   * @param on whether it is to be applied
   */
  constructor(
    changed: (state: AdaptationState, answers: boolean) => void,
    storage: KeptStorage | null = browserStorage(),
    on = true,
  ) {
    this.#keeper = new Keeper(storage);
    this.#changed = changed;
    this.#state = { ...NO_ADAPTATION, on };
  }

  get state(): AdaptationState {
    return this.#state;
  }

  get #subject(): Subject {
    const { subject } = this.#state;
    if (subject === null) throw momentMissing();
    return subject;
  }

  /** A model was loaded, or is asked otherwise: before that, nothing else is asked. */
  turnTo(subject: Subject): void {
    const { subject: before } = this.#state;
    if (before !== null && keyOf(before) === keyOf(subject)) return;
    if (before !== null) this.#others.set(keyOf(before), { ...this.#state, error: null });
    const other = this.#others.get(keyOf(subject));
    // what is kept may have been forgotten, or marked in another tab, since
    if (other?.kept === false) this.#set(other);
    else this.#set({ ...this.#remembered(subject), on: other?.on ?? (before !== null || this.#state.on) });
  }

  /** The estimate with the adaptation applied; the same one where there is none for its words. */
  apply(estimate: Estimate): Estimate {
    const { fitted, on } = this.#state;
    if (fitted === null || !on || !answers(estimate, this.#subject)) return estimate;
    return { ...estimate, probabilities: adapt(estimate.probabilities, fitted) };
  }

  /**
   * This moment's right word.
   * @throws MemoError `moment-missing`, also where the estimate answers another sentence or other words than are asked for now; `label-invalid`
   */
  mark(estimate: Estimate | null, word: string): Mark {
    return this.#try(() => {
      // its probabilities would be taken for those of other words, or of another sentence
      if (!answers(estimate, this.#subject)) throw momentMissing();
      const { time, labels, unadapted, probabilities } = estimate;
      if (!labels.includes(word)) throw notALabel(word, labels);
      const mark = { time, word, probabilities: unadapted ?? probabilities };
      this.#refit([...this.#marks(), mark]);
      return mark;
    });
  }

  /** @param index in `state.marks`; one that is not there changes nothing */
  unmark(index: number): void {
    const mark = this.#state.marks[index];
    if (mark === undefined) return;
    const marks = this.#marks();
    const there = marks.findIndex(isSame(mark)); // elsewhere, or gone, by what another tab did
    this.#try(() => this.#refit(marks.filter((_, at) => at !== there)));
  }

  /** Applies it, or leaves the model's own answer, without forgetting anything. */
  use(on: boolean): void {
    if (on !== this.#state.on) this.#set({ ...this.#state, on });
  }

  /**
   * Keeps the marks in this browser from now on, beside those that another tab keeps, or no longer.
   * @throws MemoError `adaptation-storage`
   */
  keep(kept: boolean): void {
    this.#try(() => {
      const others = (kept && this.#kept([])) || [];
      const mine = this.#state.marks.filter((mark) => !others.some(isSame(mark)));
      const next = this.#with([...others, ...mine]);
      if (kept) this.#write(next.marks);
      else this.#keeper.forget(this.#subject);
      this.#set({ ...next, kept });
    });
  }

  /** Forgets all marks of this prompt and these words, kept ones too. */
  clear(): void {
    const subject = this.#subject;
    this.#keeper.forget(subject);
    this.#set({ ...NO_ADAPTATION, subject });
  }

  /** Null where there is nothing to save. */
  toJson(): string | null {
    const { marks } = this.#state;
    return marks.length === 0 ? null : writeAdaptation(this.#subject, marks);
  }

  /**
   * Takes the marks of a file in place of those that there are.
   * @throws MemoError `adaptation-invalid`, `adaptation-foreign`
   */
  fromJson(text: string): void {
    this.#try(() => this.#refit(readAdaptation(text, this.#subject)));
  }

  /** As {@link fromJson}; rejects. */
  async fromFile(file: Blob): Promise<void> {
    this.fromJson(await textOf(file).catch((cause: unknown) => this.#refuse(cause)));
  }

  dismissError(): void {
    this.#tell({ ...this.#state, error: null });
  }

  #remembered(subject: Subject): AdaptationState {
    const fresh = { ...NO_ADAPTATION, subject };
    try {
      const marks = this.#lying(subject);
      return marks === null ? fresh : { ...fresh, marks, fitted: fitOrNone(subject, marks), kept: true };
    } catch (error) {
      return { ...fresh, error: MemoError.from(error) };
    }
  }

  /** @throws MemoError `adaptation-invalid` for what is damaged */
  #lying(subject: Subject): readonly Mark[] | null {
    const text = this.#keeper.read(subject);
    return text === null ? null : readAdaptation(text, subject);
  }

  /** As they lie there now: another tab, or another element, may have added some, or forgotten all. What is damaged is written anew. */
  #kept(damaged: readonly Mark[]): readonly Mark[] | null {
    try {
      return this.#lying(this.#subject);
    } catch {
      return damaged;
    }
  }

  /** Where they are kept no longer, by what another tab did, one's own stay, and are not written again. */
  #marks(): readonly Mark[] {
    const { kept, marks } = this.#state;
    const lying = kept ? this.#kept(marks) : null;
    if (lying === null && kept) this.#state = Object.freeze({ ...this.#state, kept: false });
    return lying ?? marks;
  }

  #with(all: readonly Mark[]): AdaptationState {
    const marks = all.slice(-MOST_MARKS);
    return { ...this.#state, marks, fitted: fitOrNone(this.#subject, marks), error: null };
  }

  #refit(all: readonly Mark[]): void {
    const next = this.#with(all);
    try {
      if (next.kept) this.#write(next.marks);
      this.#set(next);
    } catch (error) {
      // the mark itself is not lost
      this.#set({ ...next, kept: false, error: MemoError.from(error) });
    }
  }

  #write(marks: readonly Mark[]): void {
    const subject = this.#subject;
    this.#keeper.write(subject, writeAdaptation(subject, marks));
  }

  #set(state: AdaptationState): void {
    const { fitted, on } = this.#state;
    this.#tell(state, state.fitted !== fitted || state.on !== on);
  }

  #tell(state: AdaptationState, answers = false): void {
    this.#state = Object.freeze(state);
    this.#changed(this.#state, answers);
  }

  #try<T>(step: () => T): T {
    try {
      return step();
    } catch (cause) {
      return this.#refuse(cause);
    }
  }

  #refuse(cause: unknown): never {
    const error = MemoError.from(cause);
    this.#tell({ ...this.#state, error });
    throw error;
  }
}

function isSame(mark: Mark): (other: Mark) => boolean {
  const text = JSON.stringify(mark);
  return (other) => JSON.stringify(other) === text;
}

function fitOrNone({ labels }: Subject, marks: readonly Mark[]): Adaptation | null {
  const words = new Set(marks.map(({ word }) => word));
  return words.size < 2 ? null : fitAdaptation(labels, marks);
}

function notALabel(word: string, labels: readonly string[]): MemoError {
  return new MemoError(
    'label-invalid',
    `"${word}" is none of the words that are asked for.`,
    `Mark one of ${labels.join(', ')}, or ask for other words first.`,
  );
}
