/** Everything the page can know about a running recogniser: one frozen object, replaced on change. */

import type { MemoError } from '../errors';
import type { Estimate, Face } from '../memobert/estimate';
import type { Manifest } from '../runtime/manifest';
import type { Progress } from '../runtime/progress';
import type { BackendReport } from '../runtime/protocol';
import { INITIAL_WORDS, type WordsState } from './words-state';

export const PHASES = ['idle', 'asking', 'loading', 'warming', 'listening', 'paused', 'error'] as const;
export type Phase = (typeof PHASES)[number];

export const CONDITIONS = ['no-face', 'silence', 'muted', 'cpu-fallback', 'offline'] as const;
export type Condition = (typeof CONDITIONS)[number];

export type SourceKind = 'devices' | 'actor' | 'file' | 'stream' | 'text';

/** One camera or microphone, as the visitor sees it; `busy`: another program holds it. */
export type TrackStatus = 'off' | 'live' | 'refused' | 'missing' | 'busy' | 'ended';

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
  readonly camera: TrackStatus;
  readonly microphone: TrackStatus;
  /** What the preview shows; null without video. */
  readonly stream: MediaStream | null;
  /** Of the running file, 0 to 1; null for live sources. */
  readonly fileProgress: number | null;
  readonly progress: Progress | null;
  readonly backend: BackendReport | null;
  readonly manifest: Manifest | null;
  readonly rates: Rates;
  /** Newer than the estimate's faces: up to 10 a second. */
  readonly faces: readonly Face[];
  readonly frameWidth: number;
  readonly frameHeight: number;
  readonly level: number;
  readonly speaking: boolean;
  readonly text: string;
  readonly words: WordsState;
  readonly estimate: Estimate | null;
  readonly error: MemoError | null;
}

export const INITIAL_STATE: RecogniserState = Object.freeze({
  phase: 'idle',
  conditions: [],
  source: null,
  camera: 'off',
  microphone: 'off',
  stream: null,
  fileProgress: null,
  progress: null,
  backend: null,
  manifest: null,
  rates: { face: 0, voice: 0, fusion: 0 },
  faces: [],
  frameWidth: 0,
  frameHeight: 0,
  level: 0,
  speaking: false,
  text: '',
  words: INITIAL_WORDS,
  estimate: null,
  error: null,
});
