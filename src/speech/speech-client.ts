/** The page's side of the speech worker: made and loaded once, listened to by one run after another. */

import { MOST_CHUNKS, type SampleChunk } from '../capture';
import { MemoError } from '../errors';
import { startWorker } from '../start-worker';
import type { Heard } from './listener';
import type { FromSpeechWorker, SpeechOptions, ToSpeechWorker } from './protocol';

/**
 * Looks, a second apart, at a worker that says nothing of the model though it has sound: twice as many as the engine's is given,
 * for one long utterance is much for a large model on a slow machine.
 */
const MOST_QUIET = 120;

/** As much of a Worker as is used. */
export interface SpeechWorkerLike extends Pick<Worker, 'addEventListener' | 'terminate'> {
  postMessage(message: ToSpeechWorker, transfer: Transferable[]): void;
}

export interface SpeechListeners {
  progress(loadedBytes: number, totalBytes: number): void;
  /** The model runs. */
  ready(language: string): void;
  heard(heard: Heard): void;
  /** The end: the next client makes a new worker. */
  lost(error: MemoError): void;
}

export class SpeechClient {
  readonly #worker: SpeechWorkerLike;
  #on: SpeechListeners | null = null;
  #run = 0;
  #language: string | null = null;
  /** Of each chunk on its way: whom its answer wakes. */
  readonly #underWay: (() => void)[] = [];
  /** Chunks that the model is not done with. */
  #owed = 0;
  #watch: ReturnType<typeof setInterval> | undefined;
  #quiet = 0;
  /** Why nothing is heard any more. */
  #ended: MemoError | null = null;

  constructor(options: SpeechOptions, createWorker: () => SpeechWorkerLike = newWorker) {
    this.#worker = createWorker();
    this.#worker.addEventListener('message', (event) =>
      this.#take((event as MessageEvent<FromSpeechWorker>).data),
    );
    this.#worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#end(lost((event as ErrorEvent).message));
    });
    this.#post({ kind: 'load', options });
  }

  get ended(): boolean {
    return this.#ended !== null;
  }

  /** A run begins: what was heard before is forgotten. Returns the way out, on which what this one heard is. */
  listen(on: SpeechListeners): () => void {
    this.#on = on;
    this.#run += 1;
    if (this.#ended !== null) on.lost(this.#ended);
    else if (this.#language !== null) this.#begin(this.#language);
    return () => {
      if (this.#on !== on) return;
      this.#on = null;
      this.#forget();
      this.#wakeAll();
    };
  }

  /** Copied: the samples belong to the next in line. */
  hear(chunk: SampleChunk): void {
    if (this.#hears && this.#underWay.length < MOST_CHUNKS) this.#send(chunk, false, () => undefined);
  }

  /** As {@link hear}, of sound that waits: none is dropped; resolves when all that can be made of it so far was told. */
  hearOut(chunk: SampleChunk): Promise<void> {
    return this.#hears ? new Promise((done) => this.#send(chunk, true, done)) : Promise.resolve();
  }

  /** Ends the worker, and the model with it. */
  close(): void {
    this.#on = null;
    this.#end(new MemoError('aborted', 'The speech model was let go.', 'Start it again.'));
  }

  get #hears(): boolean {
    return this.#ended === null && this.#language !== null && this.#on !== null;
  }

  #send({ samples, sampleRateHz, time }: SampleChunk, waits: boolean, done: () => void): void {
    this.#underWay.push(done);
    this.#owed += 1;
    this.#watch ??= setInterval(() => this.#look(), 1000);
    const copy = samples.slice();
    this.#post({ kind: 'samples', samples: copy, sampleRateHz, time, waits }, [copy.buffer]);
  }

  /** Nobody waits for what nobody listens to; the worker's answers are still counted. */
  #wakeAll(): void {
    for (const done of this.#underWay) done();
  }

  #forget(): void {
    this.#post({ kind: 'reset', run: this.#run });
  }

  #begin(language: string): void {
    this.#forget();
    this.#on?.ready(language);
  }

  #take(message: FromSpeechWorker): void {
    if (message.kind !== 'taken') this.#quiet = 0;
    switch (message.kind) {
      case 'progress':
        this.#on?.progress(message.loadedBytes, message.totalBytes);
        break;
      case 'ready':
        this.#language = message.language;
        this.#begin(message.language);
        break;
      case 'taken':
        this.#underWay.shift()?.();
        break;
      case 'worked':
        this.#owed -= 1;
        break;
      case 'heard':
        if (message.run === this.#run) this.#on?.heard(message.heard);
        break;
      case 'error':
        this.#end(MemoError.from(message.error));
        break;
    }
  }

  /** Counted, not by the clock, as the engine's. */
  #look(): void {
    this.#quiet += 1;
    if (this.#owed === 0) this.#unwatch();
    else if (this.#quiet >= MOST_QUIET) this.#end(lost('it has not answered for two minutes'));
  }

  #unwatch(): void {
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#quiet = 0;
  }

  #post(message: ToSpeechWorker, transfer: Transferable[] = []): void {
    if (this.#ended === null) this.#worker.postMessage(message, transfer);
  }

  #end(error: MemoError): void {
    if (this.#ended !== null) return;
    this.#ended = error;
    this.#unwatch();
    this.#worker.terminate();
    this.#wakeAll();
    this.#on?.lost(error);
  }
}

function newWorker(): SpeechWorkerLike {
  return startWorker(
    () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'memo-speech' }),
  );
}

function lost(message: string | undefined): MemoError {
  return new MemoError(
    'worker-lost',
    `The worker that runs the speech model has ended${message === undefined || message === '' ? '' : `: ${message}`}.`,
    'Start it again. If it comes back, close other pages: the memory may not be enough.',
  );
}
