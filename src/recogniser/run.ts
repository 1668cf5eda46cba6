/** One run of the recogniser, from a start to its end. */

import type { Source } from '../capture';
import type { TimedText } from '../runtime/protocol';
import type { Progress } from '../runtime/progress';
import type { Loop } from './loop';
import type { Recorder } from './recorder';
import type { SourceOpeners } from './sources';
import type { Condition, RecogniserState, SourceKind } from './state';

/** `asking` for devices, `waiting` for source and model, `listening`. */
export type RunStage = 'asking' | 'waiting' | 'listening';

export interface NamedFile {
  readonly blob: Blob;
  readonly name: string;
  /** Called once it is open, before anything of it is analysed, and waited for until the run is left. Where it rejects, the run goes on: that is the caller’s to tell. */
  readonly opened?: () => Promise<unknown>;
}

/**
 * Brings a file until `signal` aborts, and tells how far it has come. Where that fails it rejects: with a MemoError, which is told as it is, or with anything
 * else, which `startFetched()` tells as `file-missing` (as `aborted` where it is an `AbortError`), with it as the `cause`. After an abort nothing is told.
 */
export type FetchFile = (signal: AbortSignal, tell: (progress: Progress) => void) => Promise<NamedFile>;

export interface Run {
  readonly kind: SourceKind;
  /** Aborted when the run is over: whatever arrives for it later is dropped. */
  readonly abort: AbortController;
  stage: RunStage;
  source: Source | null;
  loop: Loop | null;
  conditions: readonly Condition[];
  /** The model was not there when it began, or when its worker failed. */
  awaitsModel: boolean;
  /** Its worker failed, and a fresh one is on its way; source and timeline stay. */
  mending: boolean;
  /** Of the loop or the analysis under way; a worker's failure ends that alone. */
  work: AbortController;
  /** What is analysed, of a file, once it is there. */
  file: NamedFile | null;
  /** How far a file has come that is fetched; null of any other, and once it is there. */
  arriving: Progress | null;
  /** A file that is read goes on in a hidden page: nobody is seen or heard meanwhile. */
  runsHidden: boolean;
  /** What the source itself said. */
  words: readonly TimedText[];
  /**
   * What there was before it, until it has answered, and of a file that is read again until its end: where it does not come to that,
   * it is there again.
   */
  before: Before | null;
}

export interface Before {
  readonly state: RecogniserState;
  readonly recorder: Recorder | null;
}

/** It is of the file that was open before it. */
export function readsAgain({ file, before }: Run): boolean {
  return file !== null && file.blob === before?.state.media;
}

export function newRun(kind: SourceKind, stage: RunStage): Run {
  return {
    kind,
    stage,
    abort: new AbortController(),
    work: new AbortController(),
    source: null,
    loop: null,
    file: null,
    arriving: null,
    before: null,
    conditions: [],
    words: [],
    awaitsModel: false,
    runsHidden: false,
    mending: false,
  };
}

/** Rejects with a MemoError where it cannot be opened. */
export function openFile(file: NamedFile, run: Run, sources: Pick<SourceOpeners, 'file'>): Promise<Source> {
  Object.assign(run, { file, arriving: null });
  return sources.file(file.blob, file.name, run.abort.signal);
}

/** Ends what is under way, and puts the run back to where it waits for a model; its source rests where it has a transport. */
export function restart(run: Run): void {
  run.loop?.close();
  run.work.abort();
  run.source?.setRunning?.(false);
  Object.assign(run, {
    stage: 'waiting',
    work: new AbortController(),
    loop: null,
    conditions: [],
    awaitsModel: true,
    mending: true,
  });
}

export function tracksOf(source: Source): Partial<RecogniserState> {
  const { camera, microphone, microphoneName = null, stream, progress } = source;
  return { camera, microphone, microphoneName, stream, fileProgress: progress };
}
