/**
 * `<memo-bert>` and the parts it is made of. Knows of the recogniser's states and requests; must not know of sessions,
 * encoders or devices (`memo-devices` alone lists which there are). Requests go up as `memo-request` events, state comes down as properties.
 */

import { defineDevices, defineMeasure, showGuide } from './late';
import { loadApart, loadTimeline } from './load-apart';

export type {
  MemoBertEventMap,
  MemoErrorEvent,
  MemoEstimateEvent,
  MemoProgressEvent,
  MemoRequestEvent,
  MemoStateChangeEvent,
  MemoWordsEvent,
} from './events';
export { loadApart, loadTimeline };
export type { MemoAdaptation } from './memo-adaptation';
export { MemoBars } from './memo-bars';
export { MemoBert } from './memo-bert';
export { MemoControls } from './memo-controls';
export type { ListedDevice, MemoDevices } from './memo-devices';
export { MemoEngine } from './memo-engine';
export { MemoError as MemoErrorElement } from './memo-error';
export { MemoEvidence } from './memo-evidence';
export type { MemoExport } from './memo-export';
export type { MemoGuide } from './memo-guide';
export type { MemoMeasure, MemoMeasuredEvent } from './memo-measure';
export { MemoMeter } from './memo-meter';
export { MemoModalities } from './memo-modalities';
export type { MemoPlayground } from './memo-playground';
export { MemoPreview } from './memo-preview';
export { MemoProgress } from './memo-progress';
export { MemoPrompt } from './memo-prompt';
export type { MemoRates } from './memo-rates';
export type { MemoSpan, MemoSpanEvent } from './memo-span';
export { MemoStatus } from './memo-status';
export type { MemoTimeline } from './memo-timeline';
export { MemoWording } from './memo-wording';
export { MemoWords } from './memo-words';
export { defineDevices, defineMeasure, showGuide };
export { EXPORT_FORMATS, type ExportFormat } from './export-formats';
export type { CreateRecogniser, RecogniserLike } from './recogniser-like';
export type { RecogniserStore } from './store-link';

// a page that has written them down needs not ask; offline they stay as empty as they were
const written = (tags: string) => typeof document !== 'undefined' && document.querySelector(tags) !== null;
if (written('memo-playground, memo-adaptation')) void loadApart().catch(() => undefined);
if (written('memo-timeline, memo-export, memo-rates')) void loadTimeline().catch(() => undefined);
if (written('memo-devices')) void defineDevices().catch(() => undefined);
