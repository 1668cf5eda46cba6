/** memo-bert without a user interface: the recogniser and the types it speaks in. */

import { lateScript } from './late-script';

export {
  exportTimeline,
  TEXT_FORMATS,
  toCsv,
  toEmotionMl,
  toJson,
  toWebVtt,
  type TextFormat,
} from './export';
export { ERROR_CODES, MemoError, type ErrorCode, type SerialisedError } from './errors';
export {
  MODALITIES,
  STAGES,
  type Backend,
  type Box,
  type Estimate,
  type Face,
  type LookedAt,
  type Modality,
  type ModalityEstimate,
  type Stage,
  type WordProbability,
} from './memobert/estimate';
export { LABEL_SETS, LABEL_SET_SIZES, PROMPTS, type LabelSetSize } from './memobert/presets';
export type {
  FeatureError,
  FilledFace,
  FilledPiece,
  FilledVoice,
  FilledWord,
  Filling,
  Masks,
  Moment,
} from './memobert/moment';
export { DOUBTS, type Doubt, type Reliability } from './memobert/reliability';
export { adapt, fitAdaptation, type Prior, type Subject } from './recogniser/adaptation';
export type { LateAdapter } from './recogniser/adaptation/late-adapter';
export {
  CONDITIONS,
  DEFAULT_SETTINGS,
  estimateAt,
  PHASES,
  type Adaptation,
  type AdaptationState,
  type Clock,
  type Condition,
  type FetchFile,
  type Mark,
  type MarkedMoment,
  type MemoRequest,
  type MomentState,
  type NamedFile,
  type Page,
  type Phase,
  type Rates,
  type RecogniserEventMap,
  type RecogniserOptions,
  type RecogniserParts,
  type RecogniserState,
  type RequestMap,
  type RequestName,
  type Segment,
  type Settings,
  type SourceKind,
  type StateChange,
  type Timeline,
  type TrackStatus,
  type WordsState,
} from './recogniser';
export { Estimates } from './recogniser/estimates';
export { Recogniser } from './recogniser/recogniser';
export type { Given, GivenFrom } from './recogniser/timeline';
export { marks, segments } from './recogniser/timeline-marks';
export type { Words } from './recogniser/words';
export type { MeasureInput, Measurement, MeasureOptions, MeasureWishes, Spread } from './measure';
export type { ChosenDevices, DeviceRequest, DeviceWanted } from './capture';
export type { RecognitionPlace, Word, WordSourceKind, WordStatus } from './capture/words';
export type { GraphName, GraphRole, Manifest, Precision } from './runtime/manifest';
export type { LoadStep, Progress } from './runtime/progress';
export type { BackendReport, DeviceWish, GraphReport } from './runtime/protocol';

/** How fast this device is: see `src/measure`, which is fetched when this is first called; rejects with `file-missing` where it cannot be. */
export const measure: typeof import('./measure').measure = async (...given) =>
  (await lateScript(() => import('./measure'))).measure(...given);
