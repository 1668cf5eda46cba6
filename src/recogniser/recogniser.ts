/**
 * The headless recogniser: asks for devices, loads the model, runs the live loop and tells one honest state.
 * One run at a time; a newer start or a stop wins over whatever is under way, and what arrives late is stopped.
 */

import type { DeviceRequest, Source } from '../capture';
import { MemoError } from '../errors';
import type { Box, Estimate } from '../memobert/estimate';
import { sharedWorkers, type LoadStep } from '../runtime';
import { systemClock } from './clock';
import { Engine, type LoadedEngine } from './engine';
import { isWorkersFault, lostDevices, recogniserClosed } from './faults';
import { Loop, type Vitals } from './loop';
import { absolute, engineOptions, type RecogniserOptions, type RecogniserParts } from './options';
import { currentPage } from './page';
import { perform } from './perform';
import { furthest, type Facts } from './phase';
import { Prompter } from './prompter';
import type { MemoRequest } from './requests';
import { AT_REST, newRun, textsOf, typed, type Run } from './run';
import { checkSettings, DEFAULT_SETTINGS, samePrompting, type Settings } from './settings';
import { Smoother } from './smoother';
import { browserSources } from './sources';
import type { SourceKind } from './state';
import { Teller } from './teller';

export class Recogniser extends Teller {
  readonly #engine: Engine;
  readonly #parts: RecogniserParts;
  readonly #actorBase: string;
  readonly #leavePage: () => void;
  readonly #prompter = new Prompter();
  readonly #smoother: Smoother;
  #settings: Settings;
  /** Loads asked for by themselves; a stop forgets them, though the model goes on loading. */
  readonly #loads = new Set<symbol>();
  #run: Run | null = null;
  /** How far the present load has come. */
  #step: LoadStep | null = null;
  #closed = false;

  /** @throws MemoError `input-invalid`, `prompt-invalid`, `label-invalid` */
  constructor(options: RecogniserOptions, parts: Partial<RecogniserParts> = {}) {
    super();
    const engine = engineOptions(options);
    this.#settings = checkSettings(settingsOf(options));
    this.#smoother = new Smoother(this.#settings.smoothing);
    this.#parts = {
      createClient: () => sharedWorkers.open(engine),
      sources: browserSources,
      clock: systemClock,
      page: currentPage(),
      ...parts,
    };
    this.#actorBase = absolute(options.actorBase ?? 'actor/');
    this.#engine = new Engine(this.#parts.createClient, engine, {
      progress: (progress) => {
        this.#step = furthest(this.#step, progress.step);
        this.apply({ progress });
        this.emit('progress', progress);
      },
      lost: (error) => {
        if (this.#run !== null || this.#loads.size > 0) this.#fail(error);
      },
    });
    this.#leavePage = this.#parts.page.onChange(() => {
      this.#run?.loop?.setRunning(!this.#parts.page.hidden);
      this.apply({});
    });
    const { prompt, labels, modalities } = this.#settings;
    this.apply({ prompt, labels, modalities });
  }

  /** Loads the model ahead of a start; shared with every start. Rejects with a MemoError. */
  async load(): Promise<void> {
    this.#assertOpen();
    const ticket = Symbol();
    this.#loads.add(ticket);
    this.apply({ error: null });
    try {
      await this.#load();
    } catch (error) {
      // a run that waits for the same load tells of it itself
      if (this.#loads.has(ticket) && this.#run === null) this.#fail(error);
      throw error;
    } finally {
      this.#loads.delete(ticket);
      this.apply({});
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
    this.apply({ text });
    const run = this.#run;
    if (run !== null && run.kind !== 'text') {
      await this.#say(run); // before listening, the start itself brings the text
    } else if (run === null && text.trim() === '') {
      this.apply({ estimate: null, source: null });
    } else if (run === null) {
      await this.#answerText();
    }
  }

  /**
   * Changes settings while it runs or rests: the source goes on, and the next estimate is by the new ones. Without a
   * model, label words are checked once it is loaded, and those it does not know are told by an `error` event.
   * Rejects with `prompt-invalid`, `label-invalid` or `input-invalid`; what held before then holds on.
   */
  async configure(change: Partial<Settings>): Promise<void> {
    this.#assertOpen();
    const before = this.#settings;
    const settings = checkSettings({ ...before, ...change });
    this.#settings = settings;
    this.#smoother.seconds = settings.smoothing;
    this.#run?.loop?.setRates(settings.rates);
    this.apply({ modalities: settings.modalities });
    if (samePrompting(before, settings)) return;
    const { loaded } = this.#engine;
    if (loaded === null) {
      this.apply({ prompt: settings.prompt, labels: settings.labels });
      return;
    }
    try {
      this.apply(await this.#prompter.change(loaded, settings));
    } catch (error) {
      if (this.#settings === settings) {
        this.#settings = { ...settings, prompt: before.prompt, labels: before.labels };
      }
      throw MemoError.from(error);
    }
    await this.#readAgain();
  }

  /** Of several faces, follows the one at `box` (pixels of the frame) while the source runs. */
  async follow(box: Box): Promise<void> {
    if (this.#run?.loop == null) return;
    await this.#engine.loaded?.client.request('follow', { box });
  }

  /** Ends the run and every track of it; the model stays loaded. */
  stop(): void {
    this.#loads.clear();
    this.#dropRun();
    this.apply({ ...AT_REST, estimate: null, error: null, source: null });
  }

  /** Back to idle after an error. */
  dismissError(): void {
    this.apply({ error: null });
  }

  /** Stops, and lets worker and model go. The recogniser cannot be used after that. */
  close(): void {
    if (this.#closed) return;
    this.stop();
    this.#closed = true;
    this.#engine.discard({ retire: false });
    this.#leavePage();
  }

  /** Carries out what the elements ask for; failures are told by state and `error` event. */
  handle(request: MemoRequest): void {
    perform(this, request);
  }

  async #begin(kind: SourceKind, open: (signal: AbortSignal) => Promise<Source>): Promise<void> {
    this.#assertOpen();
    const run = this.#newRun(kind, kind === 'devices' ? 'asking' : 'waiting');
    this.apply({ ...AT_REST, source: kind, estimate: null, error: null });
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
    this.#smoother.reset();
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
      this.apply(tracks());
      if (source.camera !== 'live' && source.microphone !== 'live') this.#fail(lostDevices());
    });
    source.on('words', (words) => {
      run.words = words;
      void this.#say(run);
    });
    this.apply(tracks());
  }

  #listen(run: Run, source: Source, { client, manifest, backend }: LoadedEngine): void {
    const parts = {
      source,
      client,
      clock: this.#parts.clock,
      backend: backend.name,
      faceHz: manifest.face.rateHz,
      rates: this.#settings.rates,
      modalities: this.#settings.modalities,
    };
    run.loop = new Loop(parts, {
      face: ({ faces, frameWidth, frameHeight }) => this.apply({ faces, frameWidth, frameHeight }),
      voice: ({ speaking }) => this.apply({ speaking }),
      estimate: (estimate) => this.#publish(estimate),
      vitals: (vitals) => this.#takeVitals(run, vitals),
      ended: () => this.#endRun(),
      failed: (error) => this.#fail(error),
    });
    run.stage = 'listening';
    if (this.#parts.page.hidden) run.loop.setRunning(false);
    run.loop.start();
    if (this.state.text !== '' || run.words.length > 0) void this.#say(run);
    this.apply({});
  }

  /** What was said or typed, to the running source's estimates. */
  async #say(run: Run): Promise<void> {
    if (this.#settings.modalities.includes('text')) await run.loop?.setTexts(textsOf(run, this.state.text));
  }

  async #answerText(): Promise<void> {
    const run = this.#newRun('text', 'waiting');
    const { signal } = run.abort;
    this.apply({ ...AT_REST, error: null, source: 'text' });
    try {
      const { client } = await this.#load();
      let asked: string | null = null;
      // typing goes on meanwhile: only the newest text is answered
      while (asked !== this.state.text) {
        signal.throwIfAborted();
        asked = this.state.text;
        await client.request('reset', {}, { signal });
        await client.request('text', { texts: typed(asked) }, { signal });
        const estimate = await client.request('estimate', { time: 0 }, { signal });
        signal.throwIfAborted();
        this.#publish(estimate);
      }
      signal.throwIfAborted();
      if (this.state.estimate === null) this.apply({ source: null });
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
      this.apply({ progress: null });
    }
    const loaded = await this.#engine.load();
    const prompted = await this.#prompter.bring(loaded, this.#settings, (error) => {
      this.#settings = { ...this.#settings, prompt: null, labels: null };
      this.emit('error', error);
    });
    this.apply({ manifest: loaded.manifest, backend: loaded.backend, ...prompted });
    return loaded;
  }

  /** What is already answered, by the prompt as it is now; a running source needs no asking. */
  async #readAgain(): Promise<void> {
    if (this.#run === null && this.state.source === 'text') await this.#answerText();
  }

  #publish(answer: Estimate | null): void {
    const estimate = answer === null ? null : this.#smoother.smooth(answer);
    this.apply({ estimate });
    if (estimate !== null) this.emit('estimate', estimate);
  }

  #takeVitals(run: Run, vitals: Vitals): void {
    run.conditions = vitals.conditions;
    this.apply({ rates: vitals.rates, fileProgress: vitals.fileProgress, level: vitals.level });
  }

  /** The error that the state now shows. */
  #fail(cause: unknown): MemoError {
    const error = MemoError.from(cause);
    if (this.state.error === error) return error; // a load shared by two callers fails once
    // a worker that answered one run with an error is not trusted with the next
    if (isWorkersFault(error)) this.#engine.discard({ retire: true });
    this.#dropRun(error);
    this.apply({ ...AT_REST, error, source: null });
    this.emit('error', error);
    return error;
  }

  /** The run is over by itself; its last estimate stays. */
  #endRun(): void {
    this.#dropRun();
    this.apply(AT_REST);
  }

  /** Stops the run and its tracks; the caller says what the state becomes, so that no phase flashes up in between. */
  #dropRun(reason?: MemoError): void {
    const run = this.#run;
    this.#run = null;
    run?.abort.abort(reason);
    run?.loop?.close();
    run?.source?.close();
  }

  protected override facts(): Facts {
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

  #assertOpen(): void {
    if (this.#closed) throw recogniserClosed();
  }
}

function settingsOf({ prompt, labels, modalities, rates, smoothing }: RecogniserOptions): Settings {
  const given = { prompt, labels, modalities, rates, smoothing };
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_SETTINGS, ...(Object.fromEntries(said) as Partial<Settings>) };
}
