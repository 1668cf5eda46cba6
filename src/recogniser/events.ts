/** The recogniser's events, each typed once. */

import type { MemoError } from '../errors';
import type { Estimate } from '../memobert/estimate';
import type { Progress } from '../runtime/progress';
import type { Condition, Phase } from './state';
import type { WordsState } from './words-state';

export interface StateChange {
  readonly phase: Phase;
  readonly previous: Phase;
  readonly conditions: readonly Condition[];
}

export interface RecogniserEventMap {
  /** A new estimate, several times a second. */
  estimate: CustomEvent<Estimate>;
  /** Phase or conditions changed. */
  statechange: CustomEvent<StateChange>;
  /** The model loads. */
  progress: CustomEvent<Progress>;
  /** A run failed: it is over, every track of it is stopped, the phase is `error`. Or a file could not be opened beside a live run, which goes on. Or label words or prompt were refused by the model's vocabulary: then the bundle's hold and the run goes on. Or what was asked by `handle()` is no request, or its detail is of a wrong kind (`input-invalid`): nothing is begun or ended by it. */
  error: CustomEvent<MemoError>;
  /** Where the words come from, what was said, or what is wrong with it: a run goes on without words. */
  words: CustomEvent<WordsState>;
}

/** An EventTarget that also knows its events' types; overloaded as the DOM's own targets are. */
export interface TypedTarget extends EventTarget {
  addEventListener<K extends keyof RecogniserEventMap>(
    type: K,
    listener: (event: RecogniserEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof RecogniserEventMap>(
    type: K,
    listener: (event: RecogniserEventMap[K]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** The cast adds types alone. */
export const TypedEventTarget = EventTarget as new () => TypedTarget;
