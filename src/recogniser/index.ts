/**
 * The live loop and the headless API: clocks, back-pressure, rates, the state machine.
 * What only the headless entry has (`recogniser.ts`, `estimates.ts`) is not named here: elements would carry it.
 * Knows of capture, encoders' answers, runtime's client. Must not know of elements; of the document it knows what `page.ts` tells, and its
 * address (`options.ts`).
 */

export { NO_ADAPTATION, type AdaptationState } from './adaptation/state';
export type { Adaptation, Mark as MarkedMoment } from './adaptation';
export { BaseRecogniser } from './base-recogniser';
export { NO_MOMENT, type MomentState } from './moment-state';
export type { ChosenDevices } from '../capture';
export { isForWords } from '../capture/words/for-words';
export type { Clock } from './clock';
export type { EngineClient } from './engine-client';
export type { RecogniserEventMap, StateChange } from './events';
export type { Page } from './page';
export {
  absolute,
  actorBaseOf,
  engineOptions,
  initialWords,
  type RecogniserOptions,
  type RecogniserParts,
} from './options';
export { REQUEST_EVENT, type MemoRequest, type RequestMap, type RequestName } from './requests';
export type { FetchFile, NamedFile } from './run';
export {
  CONDITIONS,
  INITIAL_STATE,
  PHASES,
  type Condition,
  type Phase,
  type Rates,
  type RecogniserState,
  type SourceKind,
  type TrackStatus,
} from './state';
export { DEFAULT_SETTINGS, MOST_HZ, MOST_SMOOTHING_S, refusedPart, type Settings } from './settings';
export { Store, tellAll } from './store';
export { estimateAt, type Timeline } from './timeline';
export type { Mark, Segment } from './timeline-marks';
export { INITIAL_WORDS, type WordsState } from './words-state';
