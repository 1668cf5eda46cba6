/** Everything the page can know about a running recogniser: one frozen object, replaced on change. */

import type { ChosenDevices, SourceKind, TrackStatus } from '../capture';
import type { MemoError } from '../errors';
import { MODALITIES, type Estimate, type Face, type Modality } from '../memobert/estimate';
import type { Manifest } from '../runtime/manifest';
import type { Progress } from '../runtime/progress';
import type { BackendReport } from '../runtime/protocol';
import { NO_ADAPTATION, type AdaptationState } from './adaptation/state';
import { NO_MOMENT, type MomentState } from './moment-state';
import type { Timeline } from './timeline';
import { INITIAL_WORDS, type WordsState } from './words-state';

export type { SourceKind, TrackStatus };

export const PHASES = ['idle', 'asking', 'loading', 'warming', 'listening', 'paused', 'error'] as const;
export type Phase = (typeof PHASES)[number];

export const CONDITIONS = [
  'no-face',
  'no-picture',
  'poor-light',
  'no-sound',
  'silence',
  'muted',
  'clipping',
  'cpu-fallback',
  'offline',
  'awaiting-network',
  'recovering',
] as const;
export type Condition = (typeof CONDITIONS)[number];

export interface Rates {
  /** Updates a second, over the last seconds. */
  readonly face: number;
  readonly voice: number;
  readonly fusion: number;
}

export interface RecogniserState {
  readonly phase: Phase;
  readonly conditions: readonly Condition[];
  /** Of the run, or of the estimate that is left from it; null when neither is there. */
  readonly source: SourceKind | null;
  /** Which ones a start takes. */
  readonly chosen: ChosenDevices;
  readonly camera: TrackStatus;
  readonly microphone: TrackStatus;
  /** As the browser names the microphone that the run has or had last; null without one. */
  readonly microphoneName: string | null;
  /** What the preview shows; null without video. */
  readonly stream: MediaStream | null;
  /** Of the running file, 0 to 1; null for live sources. */
  readonly fileProgress: number | null;
  /** Of the model's loading, then of a file that is fetched. */
  readonly progress: Progress | null;
  readonly backend: BackendReport | null;
  readonly manifest: Manifest | null;
  readonly rates: Rates;
  /** Milliseconds from a frame's capture to the estimate that it is in; null without a face, and for a file. */
  readonly delayMs: number | null;
  /** Newer than the estimate's faces: up to 10 a second. */
  readonly faces: readonly Face[];
  readonly frameWidth: number;
  readonly frameHeight: number;
  readonly level: number;
  readonly speaking: boolean;
  readonly text: string;
  readonly words: WordsState;
  /** With `[MASK]`; null before a model is loaded, unless it was set. */
  readonly prompt: string | null;
  /** Label ids in the order of the estimate's probabilities; null as `prompt`. */
  readonly labels: readonly string[] | null;
  /** Why a prompt or words that were asked for do not hold; what held before does. */
  readonly promptError: MemoError | null;
  /** The moment that was taken to mask parts of it. */
  readonly moment: MomentState;
  /** The moments that were marked with the right word, and what follows from them. */
  readonly adaptation: AdaptationState;
  /** What goes into the estimate, and so what visitors are offered to give. */
  readonly modalities: readonly Modality[];
  /** What was estimated since the last start, of a live run the last 14,400 estimates; null before the first, and when a file is closed. */
  readonly timeline: Timeline | null;
  /** The file that the timeline is of, for a player beside it. */
  readonly media: Blob | null;
  /** Seconds in the file that `estimate` is of; null: the last one. */
  readonly position: number | null;
  readonly estimate: Estimate | null;
  /** Why the last run failed; beside another phase than `error`, why a file did not take the place of what runs. */
  readonly error: MemoError | null;
}

/** What a start takes back of the run before. */
export const NOTHING_YET = { estimate: null, timeline: null, media: null, position: null };

/** What the state says of source and tracks while there is no run. */
export const AT_REST = {
  camera: 'off',
  microphone: 'off',
  microphoneName: null,
  stream: null,
  fileProgress: null,
  rates: { face: 0, voice: 0, fusion: 0 },
  delayMs: null,
  faces: [],
  level: 0,
  speaking: false,
} satisfies Partial<RecogniserState>;

export const INITIAL_STATE: RecogniserState = Object.freeze({
  ...AT_REST,
  ...NOTHING_YET,
  phase: 'idle',
  conditions: [],
  source: null,
  chosen: {},
  progress: null,
  backend: null,
  manifest: null,
  frameWidth: 0,
  frameHeight: 0,
  text: '',
  words: INITIAL_WORDS,
  prompt: null,
  labels: null,
  promptError: null,
  moment: NO_MOMENT,
  adaptation: NO_ADAPTATION,
  modalities: MODALITIES,
  error: null,
});
