/**
 * What happens in a run, from a start to its end: source and model are opened together, then the live loop or the analysis
 * of a file goes, until it ends, fails or is dropped. One run at a time; what arrives late for one that was dropped is stopped.
 */

import type { Source } from '../capture';
import { MemoError } from '../errors';
import { lateScript } from '../late-script';
import type { Estimate } from '../memobert/estimate';
import { LateAdapter } from './adaptation/late-adapter';
import type { AdaptationState } from './adaptation/state';
import type { AnalysisOwner, AnalysisParts } from './analysis';
import type { FaceChoice } from './chosen-faces';
import type { EarlyEngine, LoadedEngine } from './engine';
import { Loader } from './loader';
import { isGone, isWorkersFault, lostDevices } from './faults';
import type { Loop, LoopParts } from './loop';
import type { RecogniserOptions, RecogniserParts } from './options';
import type { Prompted } from './prompter';
import type { Recorder } from './recorder';
import { newRun, readsAgain, restart, tracksOf, type Run } from './run';
import { AT_REST, NOTHING_YET, type SourceKind } from './state';
import { estimateAt, type Given } from './timeline';
import { Words } from './words';

const loadAnalysis = () => lateScript(() => import('./analysis'));

export abstract class Runner extends Loader {
  override readonly words: Words;
  protected readonly leavePage: () => void;
  /** Null before the first run listens. */
  protected recorder: Recorder | null = null;
  /** Of the file that is open, or read again: whom to follow. */
  protected choices: readonly FaceChoice[] = [];
  /** Marked moments, and what follows from them. */
  readonly adapter: LateAdapter;
  /** Of a file's moment that is gone back to; a start or a stop ends it. */
  protected revisiting = new AbortController();
  /** The model whose worker still holds what the last answer was made of. */
  protected answeredBy: LoadedEngine | null = null;
  /** What was last told of this run, for the mean over its answers. */
  #last: Estimate | null = null;

  /** @throws MemoError `input-invalid`, `prompt-invalid`, `label-invalid` */
  constructor(options: RecogniserOptions, parts: Partial<RecogniserParts> = {}) {
    super(options, parts);
    const told = (adaptation: AdaptationState, answers = false) => {
      const { subject } = this.state.adaptation;
      this.keep({ adaptation });
      if (answers) this.#readAdapted();
      if (subject !== adaptation.subject) this.#last = null; // answers another sentence
    };
    this.adapter = new LateAdapter(told, (on) => new this.withModel.Adapter(told, this.parts.storage, on));
    this.words = new Words(this.parts.words, {
      changed: (words) => {
        this.keep({ words });
        this.emit('words', words);
      },
      said: (anew) => {
        if (this.run !== null) void this.say(this.run);
        if (anew === true) this.readAgain().catch(() => undefined); // told by the state
      },
      speaking: () => this.state.speaking,
    });
    this.leavePage = this.parts.page.onChange(() => {
      const running = !this.parts.page.hidden;
      this.run?.loop?.setRunning(running);
      this.words.setRunning(running);
      this.apply({});
    });
    const { prompt, labels, modalities } = this.settings;
    this.apply({ prompt, labels, modalities, words: this.words.state });
  }

  /** Beside anything live a file is opened first: that goes on until it is open, and where it cannot be opened. */
  protected async begin(
    kind: SourceKind,
    open: (signal: AbortSignal, run: Run) => Promise<Source>,
  ): Promise<void> {
    this.assertOpen();
    const run = newRun(kind, kind === 'devices' ? 'asking' : 'waiting');
    const { signal } = run.abort;
    const opened = async () => {
      const source = (run.source = await open(signal, run)); // from here on whoever leaves the run closes it
      if (signal.aborted) source.close();
      signal.throwIfAborted();
      try {
        await run.file?.opened?.();
      } catch {
        // theirs to tell
      }
      return source;
    };
    await this.settle(run, async () => {
      if (kind === 'file' && this.run?.source && this.run.file === null) {
        this.apply({ error: null }); // of another file before
        await opened();
        signal.throwIfAborted();
      }
      const unanswered = this.run?.before;
      this.turnTo(run);
      const { state, recorder } = this; // with the end of the run that this one takes the place of
      run.before = unanswered ?? { state, recorder };
      this.apply({ ...AT_REST, ...NOTHING_YET, source: kind, error: null });
      signal.throwIfAborted(); // who hears of it may have stopped it already
      const take = async () => {
        const source = run.source ?? (await opened());
        signal.throwIfAborted(); // it may have been left in the turn that brought the source
        return this.#take(run, source);
      };
      // whichever fails first ends the run: nobody should answer a prompt for a model that cannot load
      const both = [take(), this.loadModel(signal).then(() => this.showArriving(run))] as const;
      const [source] = await Promise.all(both);
      await this.#engage(run, source);
    });
  }

  /** What is already answered, by prompt, captions and choice as they are now; a running source needs no asking. */
  protected abstract readAgain(): Promise<void>;

  /** The model's own progress goes before the file's. */
  protected showArriving(run: Run): void {
    if (run.abort.signal.aborted || run.arriving === null || this.engine.loaded === null) return;
    run.awaitsModel = false;
    this.apply({ progress: run.arriving });
  }

  /** In place of what runs. Throws where who hears of the end of that has stopped this one. */
  protected turnTo(run: Run): void {
    this.dropRun();
    run.abort.signal.throwIfAborted();
    this.next = null;
    this.run = run;
    run.awaitsModel = this.engine.loaded === null;
    this.answeredBy = null;
    this.#last = null;
  }

  #take(run: Run, source: Source): Source {
    run.stage = 'waiting';
    source.on('trackchange', () => {
      if (this.run !== run) return;
      this.apply(tracksOf(source));
      if (isGone(source.camera) && isGone(source.microphone) && !source.asking) this.fail(lostDevices());
      else if ((run.stage === 'listening' || run.mending) && run.file === null) {
        const { modalities, backend } = this.state;
        this.recorder?.give(this.withModel.givenBy(source, modalities, backend), source.now());
      }
    });
    source.on('words', (words) => {
      run.words = words;
      void this.say(run);
    });
    this.words.setRunning(!this.parts.page.hidden);
    if (this.state.modalities.includes('text')) this.words.attach(source, run.file);
    this.apply(tracksOf(source));
    this.partCame();
    return source;
  }

  protected override partCame(): void {
    if (this.run !== null) void this.#tryOut(this.run, this.engine.early).catch(() => undefined);
  }

  async #tryOut(run: Run, early: EarlyEngine | null): Promise<void> {
    await this.fetchWithModel();
    const { state, parts } = this;
    const holds = () => !run.abort.signal.aborted && this.engine.early === early;
    const loop = await this.withModel.earlyLoop(
      run,
      early,
      { modalities: state.modalities, clock: parts.clock, holds },
      {
        ...this.withModel.watching(run, (change) => this.apply(change)),
        estimate: (estimate) => this.apply({ estimate: this.settings.labels === null ? estimate : null }),
      },
    );
    if (loop !== null) this.#run(run, loop);
  }

  /** Model and source together; a worker that dies in between is replaced as one that dies later is. */
  async #engage(run: Run, source: Source): Promise<void> {
    const { signal } = run.abort;
    for (;;) {
      const loaded = await this.loadModel(signal);
      try {
        // what was seen and heard while the model loaded counts
        if (run.loop === null) await loaded.client.request('reset', {}, { signal });
        signal.throwIfAborted();
        this.#listen(run, source, loaded);
        return;
      } catch (error) {
        if (signal.aborted || !this.leavesWorker(error)) throw error;
      }
    }
  }

  /**
   * The worker of a run that listens has failed: source, timeline and settings stay, and a fresh worker takes over.
   * Where that does not help, the run has failed.
   */
  async #mend(run: Run, cause: unknown): Promise<void> {
    // one fault reaches every stage that waits for an answer
    const { source: before } = run;
    if (this.run !== run || run.stage !== 'listening' || before === null) return;
    const followed = this.state.faces.find((face) => face.followed)?.box;
    if (!this.leavesWorker(cause)) {
      this.fail(cause);
      return;
    }
    const { signal } = run.abort;
    restart(run);
    this.apply({ faces: [], speaking: false });
    try {
      const [source] = await Promise.all([
        before.reader
          ? loadAnalysis().then(({ sourceAgain }) => sourceAgain(run, before, this.parts.sources))
          : before,
        this.loadModel(signal),
      ]);
      await this.#engage(run, source);
      // a worker that fails over it is told of by what listens
      if (followed) this.engine.loaded?.client.request('follow', { box: followed }).catch(() => undefined);
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  #listen(run: Run, source: Source, { client, manifest, backend }: LoadedEngine): void {
    const { rates, saver } = this.settings;
    const { modalities } = this.state;
    const { clock } = this.parts;
    const steps = { backend: backend.name, faceHz: manifest.face.rateHz, rates, modalities };
    const common = { ...steps, client };
    if (!run.mending || this.recorder === null) {
      const about = this.withModel.recordingOf(run, source, this.state);
      if (!readsAgain(run)) this.choices = [];
      this.recorder = new this.withModel.Recorder(about, this.choices, steps);
    }
    const { timeline, choices } = this.recorder;
    run.stage = 'listening';
    run.mending = false;
    if (source.reader !== undefined)
      this.#analyse(run, { ...common, reader: source.reader, timeline, choices });
    else this.#play(run, { ...common, saver, source, clock });
    if (this.words.texts(run.words).length > 0) void this.say(run);
    this.apply({ media: run.file?.blob ?? null });
  }

  /** A source that goes at its own speed. */
  #play(run: Run, parts: LoopParts): void {
    run.loop?.close();
    const loop = new this.withModel.Loop(parts, {
      ...this.withModel.watching(run, (change) => this.apply(change)),
      estimate: (...answer) => this.publish(...answer),
      ended: () => this.endRun(),
      failed: (error) => void this.#mend(run, error),
    });
    this.#run(run, loop);
  }

  #run(run: Run, loop: Loop): void {
    run.loop = loop;
    if (this.parts.page.hidden) loop.setRunning(false);
    loop.start();
  }

  /** A file at the machine's speed. */
  #analyse(run: Run, parts: AnalysisParts): void {
    const { signal } = run.work;
    run.runsHidden = true;
    const owner: AnalysisOwner = {
      words: this.words,
      apply: (change) => this.apply(change),
      publish: (answer, reached) => this.publish(answer, reached),
    };
    const over = () => (signal.aborted ? undefined : this.endRun());
    // fetched with the first file
    loadAnalysis()
      .then(({ analyse }) => analyse(parts, owner, signal))
      .then(over, (error: unknown) => {
        if (!signal.aborted) void this.#mend(run, error);
      });
  }

  /** What was said or typed, to the running source's estimates. */
  protected async say(run: Run): Promise<void> {
    const { signal } = run.abort;
    if (!this.state.modalities.includes('text') || run.stage !== 'listening') return;
    const texts = this.words.texts(run.words);
    if (run.file !== null) this.recorder?.say(texts);
    try {
      await this.engine.loaded?.client.request('text', { texts }, { signal });
    } catch (error) {
      if (!signal.aborted) void this.#mend(run, error);
    }
  }

  protected override workerLost(error: MemoError): void {
    if (this.run !== null) void this.#mend(this.run, error);
  }

  /** @param reached seconds on the source's clock; also where there is no estimate */
  protected publish(answer: Estimate | null, reached = answer?.time ?? 0, gives?: Given): void {
    const { position, prompt: asked } = this.state;
    const prompt = asked ?? '';
    const estimate = answer && this.#finish({ ...answer, prompt });
    this.answeredBy = this.engine.loaded;
    if (this.run !== null && !readsAgain(this.run)) this.run.before = null;
    if (this.run?.kind === 'text') this.apply({ estimate });
    else {
      this.recorder?.add(estimate, reached, prompt, gives);
      const timeline = this.recorder?.timeline ?? null;
      // somebody looks at a moment before, or further on: that stays
      const there = position === null || timeline === null ? estimate : estimateAt(timeline, position);
      this.apply({ timeline, estimate: there });
    }
    if (estimate !== null) this.emit('estimate', estimate);
  }

  /** Adapted, then smoothed. */
  #finish(answer: Estimate): Estimate {
    const adapted = this.adapter.apply(answer);
    this.#last = this.withModel.finished(answer, adapted, this.#last, this.settings.smoothing);
    return this.#last;
  }

  /** What was estimated before an adaptation came, changed or went. */
  #readAdapted(): void {
    this.#last = null;
    this.keep(this.withModel.adaptedAgain(this.state, this.recorder, (answer) => this.#finish(answer)));
  }

  /** Marks of this model, prompt and words hold from here on. */
  protected override adaptTo(
    { manifest }: Pick<LoadedEngine, 'manifest'>,
    { prompt, labels }: Prompted,
  ): void {
    const { name, version } = manifest;
    this.adapter.turnTo({ bundle: { name, version }, prompt, labels });
  }

  /** The error that the state now shows. @param run the one that failed; where that is on its way beside another, the other goes on */
  protected override fail(cause: unknown, run = this.run): MemoError {
    const error = MemoError.from(cause);
    if (this.state.error === error) return error; // a load shared by two callers fails once
    if (run !== this.run) this.leaveNext();
    else {
      // a worker that answered one run with an error is not trusted with the next
      if (isWorkersFault(error)) this.engine.discard({ retire: true });
      this.goBack();
      this.dropRun(error);
      this.keep({ ...AT_REST, source: this.state.media && 'file' });
    }
    this.apply({ error });
    this.emit('error', error);
    return error;
  }

  /** Without the run: what there was before it until its first answer, and of a file that is read again until the last. */
  protected goBack(): void {
    const before = this.run?.before;
    if (!before) return;
    const { estimate, timeline, media, position, source, frameWidth, frameHeight } = before.state;
    this.keep({ estimate, timeline, media, position, source, frameWidth, frameHeight });
    this.recorder = before.recorder;
    this.answeredBy = null;
    this.choices = this.recorder?.choices ?? [];
    if (media === null || timeline === null) return;
    this.askAsFor(timeline);
    this.#readAdapted(); // marks may have come since
  }

  /** The run is over by itself; its last estimate stays. */
  protected endRun(): void {
    this.dropRun();
    this.apply({ ...AT_REST, error: null });
  }

  /** Stops the run and its tracks; the caller says what the state becomes, so that no phase flashes up in between. */
  protected dropRun(reason?: MemoError): void {
    const run = this.run;
    this.run = null;
    this.keep({ modalities: this.settings.modalities }); // what was set meanwhile
    this.revisiting.abort();
    run?.abort.abort(reason);
    run?.work.abort(reason);
    this.words.detach();
    run?.loop?.close();
    if (!run?.source) return; // a text alone makes no sound
    const answered = run.before === null && run.file === null;
    if (answered && this.recorder) this.keep({ timeline: this.recorder.end(run.source.now()) });
    run.source.close();
    this.engine.forget();
  }
}
