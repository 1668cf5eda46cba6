/**
 * The headless recogniser: asks for devices, loads the model, runs the live loop and tells one honest state.
 * One run at a time; a newer start or a stop wins over whatever is under way, and what arrives late is stopped.
 */

import type { DeviceRequest, Source } from '../capture';
import { typedTexts } from '../capture/words/typed-words';
import { MemoError } from '../errors';
import type { Estimate } from '../memobert/estimate';
import { WorkerClient, type LoadStep } from '../runtime';
import { systemClock } from './clock';
import { Engine, type LoadedEngine } from './engine';
import { TypedEventTarget, type RecogniserEventMap } from './events';
import { Loop, type Vitals } from './loop';
import { absolute, engineOptions, wordsParts, type RecogniserOptions, type RecogniserParts } from './options';
import { currentPage } from './page';
import { conditionsOf, furthest, phaseOf, type Facts } from './phase';
import type { MemoRequest } from './requests';
import { AT_REST, newRun, type Run } from './run';
import { lostDevices, SOURCE_CODES } from './source-faults';
import { browserSources } from './sources';
import type { RecogniserState, SourceKind } from './state';
import { Store } from './store';
import { Words } from './words';

export class Recogniser extends TypedEventTarget {
  /** Where the words come from. */
  readonly words: Words;
  readonly #store = new Store();
  readonly #engine: Engine;
  readonly #parts: RecogniserParts;
  readonly #actorBase: string;
  readonly #leavePage: () => void;
  /** Loads asked for by themselves; a stop forgets them, though the model goes on loading. */
  readonly #loads = new Set<symbol>();
  #run: Run | null = null;
  /** How far the present load has come. */
  #step: LoadStep | null = null;
  #closed = false;

  constructor(options: RecogniserOptions, parts: Partial<RecogniserParts> = {}) {
    super();
    this.#parts = {
      createClient: () => new WorkerClient(),
      sources: browserSources,
      clock: systemClock,
      page: currentPage(),
      words: wordsParts(options),
      ...parts,
    };
    this.words = new Words(this.#parts.words, {
      changed: (words) => {
        this.#apply({ words });
        this.#emit('words', words);
      },
      said: () => void this.#run?.loop?.setTexts(this.words.texts(this.#run.words)),
    });
    this.#actorBase = absolute(options.actorBase ?? 'actor/');
    this.#engine = new Engine(this.#parts.createClient, engineOptions(options), {
      progress: (progress) => {
        this.#step = furthest(this.#step, progress.step);
        this.#apply({ progress });
        this.#emit('progress', progress);
      },
      lost: (error) => {
        if (this.#run !== null || this.#loads.size > 0) this.#fail(error);
      },
    });
    this.#leavePage = this.#parts.page.onChange(() => {
      this.#run?.loop?.setRunning(!this.#parts.page.hidden);
      this.#apply({});
    });
    this.#apply({ words: this.words.state });
  }

  get state(): RecogniserState {
    return this.#store.state;
  }

  /** Calls back at once with the present state, then after changes, at most once per microtask; returns the way out. */
  subscribe(subscriber: (state: RecogniserState) => void): () => void {
    return this.#store.subscribe(subscriber);
  }

  /** Loads the model ahead of a start; shared with every start. Rejects with a MemoError. */
  async load(): Promise<void> {
    this.#assertOpen();
    const ticket = Symbol();
    this.#loads.add(ticket);
    this.#apply({ error: null });
    try {
      await this.#load();
    } catch (error) {
      // a run that waits for the same load tells of it itself
      if (this.#loads.has(ticket) && this.#run === null) this.#fail(error);
      throw error;
    } finally {
      this.#loads.delete(ticket);
      this.#apply({});
    }
  }

  /**
   * Asks for camera and microphone, each on its own, and listens to what was granted.
   * Call it from a click. Like all starts it resolves once listening (or once a newer start or a stop has won), and
   * rejects with the MemoError that the state shows.
   */
  start(wish: DeviceRequest = { camera: true, microphone: true }): Promise<void> {
    return this.#begin('devices', (signal) => this.#parts.sources.devices(wish, signal));
  }

  /** Plays the built-in actor through the same way as a camera; silent unless `audible`. */
  startActor(options: { readonly audible?: boolean } = {}): Promise<void> {
    const request = { base: this.#actorBase, audible: options.audible ?? false };
    return this.#begin('actor', (signal) => this.#parts.sources.actor(request, signal));
  }

  /** Plays a video or audio file once, at its own speed; `name` is for messages. */
  startFile(file: Blob, name: string): Promise<void> {
    return this.#begin('file', (signal) => this.#parts.sources.file(file, name, signal));
  }

  /** Listens to a stream of the caller's; its tracks stay the caller's and are not stopped. */
  startStream(stream: MediaStream): Promise<void> {
    return this.#begin('stream', (signal) => this.#parts.sources.stream(stream, signal));
  }

  /**
   * What is being said. It joins the running source; without one it is estimated alone, loading the model if needed.
   * Resolves when it has been taken in.
   */
  async setText(text: string): Promise<void> {
    this.#assertOpen();
    this.words.type(text);
    this.#apply({ text });
    const run = this.#run;
    if (run !== null && run.kind !== 'text') {
      await run.loop?.setTexts(this.words.texts(run.words)); // before listening, the start itself brings the text
    } else if (run === null && text.trim() === '') {
      this.#apply({ estimate: null, source: null });
    } else if (run === null) {
      await this.#answerText();
    }
  }

  /** Ends the run and every track of it; the model stays loaded. */
  stop(): void {
    this.#loads.clear();
    this.#dropRun();
    this.#apply({ ...AT_REST, estimate: null, error: null, source: null });
  }

  /** Back to idle after an error. */
  dismissError(): void {
    this.#apply({ error: null });
  }

  /** Stops, and lets worker and model go. The recogniser cannot be used after that. */
  close(): void {
    if (this.#closed) return;
    this.stop();
    this.#closed = true;
    this.words.close();
    this.#engine.discard();
    this.#leavePage();
  }

  /** Carries out what the elements ask for; failures are told by state and `error` event. */
  handle(request: MemoRequest): void {
    const told = () => undefined; // by #fail
    switch (request.name) {
      case 'start':
        this.start(request.detail).catch(told);
        break;
      case 'start-actor':
        this.startActor().catch(told);
        break;
      case 'start-file':
        this.startFile(request.detail.file, request.detail.name).catch(told);
        break;
      case 'text':
        this.setText(request.detail.text).catch(told);
        break;
      case 'stop':
        this.stop();
        break;
      case 'dismiss-error':
        this.dismissError();
        break;
      default:
        this.words.handle(request);
    }
  }

  async #begin(kind: SourceKind, open: (signal: AbortSignal) => Promise<Source>): Promise<void> {
    this.#assertOpen();
    const run = this.#newRun(kind, kind === 'devices' ? 'asking' : 'waiting');
    this.#apply({ ...AT_REST, source: kind, estimate: null, error: null });
    const { signal } = run.abort;
    const opening = open(signal).then((source) => {
      if (signal.aborted) source.close();
      else this.#show(run, source);
      return source;
    });
    try {
      // whichever fails first ends the run: nobody should answer a prompt for a model that cannot load
      const [source, loaded] = await Promise.all([opening, this.#load()]);
      signal.throwIfAborted();
      await loaded.client.request('reset', {}, { signal });
      signal.throwIfAborted();
      this.#listen(run, source, loaded);
    } catch (error) {
      this.#settle(run, error);
    }
  }

  #newRun(kind: SourceKind, stage: Run['stage']): Run {
    this.#dropRun();
    const run = newRun(kind, stage, this.#engine.loaded === null);
    this.#run = run;
    return run;
  }

  #show(run: Run, source: Source): void {
    run.source = source;
    run.stage = 'waiting';
    const tracks = () => ({
      camera: source.camera,
      microphone: source.microphone,
      stream: source.stream,
      fileProgress: source.progress,
    });
    source.on('trackchange', () => {
      if (this.#run !== run) return;
      this.#apply(tracks());
      if (source.camera !== 'live' && source.microphone !== 'live') this.#fail(lostDevices());
    });
    source.on('words', (words) => {
      run.words = words;
      void run.loop?.setTexts(this.words.texts(run.words));
    });
    this.words.attach(source);
    this.#apply(tracks());
  }

  #listen(run: Run, source: Source, { client, manifest, backend }: LoadedEngine): void {
    const parts = {
      source,
      client,
      clock: this.#parts.clock,
      backend: backend.name,
      faceHz: manifest.face.rateHz,
    };
    run.loop = new Loop(parts, {
      face: ({ faces, frameWidth, frameHeight }) => this.#apply({ faces, frameWidth, frameHeight }),
      voice: ({ speaking }) => this.#apply({ speaking }),
      estimate: (estimate) => this.#publish(estimate),
      vitals: (vitals) => this.#takeVitals(run, vitals),
      ended: () => this.#endRun(),
      failed: (error) => this.#fail(error),
    });
    run.stage = 'listening';
    if (this.#parts.page.hidden) run.loop.setRunning(false);
    run.loop.start();
    const texts = this.words.texts(run.words);
    if (texts.length > 0) void run.loop.setTexts(texts);
    this.#apply({});
  }

  async #answerText(): Promise<void> {
    const run = this.#newRun('text', 'waiting');
    const { signal } = run.abort;
    this.#apply({ ...AT_REST, error: null, source: 'text' });
    try {
      const { client } = await this.#load();
      let asked: string | null = null;
      // typing goes on meanwhile: only the newest text is answered
      while (asked !== this.state.text) {
        signal.throwIfAborted();
        asked = this.state.text;
        await client.request('reset', {}, { signal });
        await client.request('text', { texts: typedTexts(asked) }, { signal });
        const estimate = await client.request('estimate', { time: 0 }, { signal });
        signal.throwIfAborted();
        this.#publish(estimate);
      }
      signal.throwIfAborted();
      if (this.state.estimate === null) this.#apply({ source: null });
      this.#endRun();
    } catch (error) {
      this.#settle(run, error);
    }
  }

  /** Throws what ended a run while it opened; a stop or a newer start ends it in silence. */
  #settle(run: Run, error: unknown): void {
    const { aborted, reason } = run.abort.signal;
    if (!aborted) throw this.#fail(error);
    if (reason instanceof MemoError) throw reason;
  }

  async #load(): Promise<LoadedEngine> {
    if (!this.#engine.underWay) {
      this.#step = null;
      this.#apply({ progress: null });
    }
    const loaded = await this.#engine.load();
    this.words.offer(loaded.manifest);
    this.#apply({ manifest: loaded.manifest, backend: loaded.backend });
    return loaded;
  }

  #publish(estimate: Estimate | null): void {
    this.#apply({ estimate });
    if (estimate !== null) this.#emit('estimate', estimate);
  }

  #takeVitals(run: Run, vitals: Vitals): void {
    run.conditions = vitals.conditions;
    this.#apply({ rates: vitals.rates, fileProgress: vitals.fileProgress, level: vitals.level });
  }

  /** The error that the state now shows. */
  #fail(cause: unknown): MemoError {
    const error = MemoError.from(cause);
    if (this.state.error === error) return error; // a load shared by two callers fails once
    // a worker that answered one run with an error is not trusted with the next
    if (!SOURCE_CODES.has(error.code)) this.#engine.discard();
    this.#dropRun(error);
    this.#apply({ ...AT_REST, error, source: null });
    this.#emit('error', error);
    return error;
  }

  /** The run is over by itself; its last estimate stays. */
  #endRun(): void {
    this.#dropRun();
    this.#apply(AT_REST);
  }

  /** Stops the run and its tracks; the caller says what the state becomes, so that no phase flashes up in between. */
  #dropRun(reason?: MemoError): void {
    const run = this.#run;
    this.#run = null;
    run?.abort.abort(reason);
    this.words.detach();
    run?.loop?.close();
    run?.source?.close();
  }

  /** Every change goes through here: phase and conditions follow from the facts, and are told when they change. */
  #apply(change: Partial<RecogniserState>): void {
    const before = this.state;
    this.#store.set(change);
    const facts = this.#facts();
    const phase = phaseOf(facts);
    const conditions = conditionsOf(facts);
    const same = conditions.join() === before.conditions.join();
    if (phase === before.phase && same) return;
    this.#store.set({ phase, conditions: same ? before.conditions : conditions });
    this.#emit('statechange', { phase, previous: before.phase, conditions });
  }

  #facts(): Facts {
    const { error, backend } = this.state;
    return {
      error,
      step: this.#step,
      backend,
      run: this.#run,
      loading: this.#loads.size > 0,
      page: this.#parts.page,
    };
  }

  #emit<K extends keyof RecogniserEventMap>(type: K, detail: RecogniserEventMap[K]['detail']): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #assertOpen(): void {
    if (!this.#closed) return;
    throw new MemoError(
      'aborted',
      'This recogniser has been closed.',
      'Make a new one: new Recogniser(...).',
    );
  }
}
