/**
 * The model of all runs: loaded once, with prompt and labels brought to it; a worker that fails is replaced where a fresh
 * one may do better, and a network that is not there is waited for. And which runs wait for it.
 */

import { MemoError } from '../errors';
import { lateScript } from '../late-script';
import { sharedWorkers, type LoadStep } from '../runtime';
import { systemClock } from './clock';
import { Engine, type LoadedEngine } from './engine';
import { gpuLeft, recogniserClosed } from './faults';
import { lastingLoad } from './lasting-load';
import { engineOptions, wordsParts, type RecogniserOptions, type RecogniserParts } from './options';
import { currentPage } from './page';
import { furthest, type Facts } from './phase';
import type { Prompted } from './prompter';
import { Recovery } from './recovery';
import type { Run } from './run';
import { samePrompting, settingsOf, type Settings } from './settings';
import { browserSources } from './sources';
import { Teller } from './teller';
import type { Timeline } from './timeline';
import type { Words } from './words';

type WithModel = typeof import('./with-model');

export abstract class Loader extends Teller {
  /** Where the words come from. */
  abstract readonly words: Words;
  protected readonly engine: Engine;
  protected readonly parts: RecogniserParts;
  protected settings: Settings;
  /** Loads asked for by themselves; a stop aborts their waiting, though the model goes on loading. */
  protected readonly loads = new Set<AbortController>();
  /** Changes where a prompt or labels on their way are taken back. */
  protected asked: object = {};
  /** How far the present load has come. */
  protected step: LoadStep | null = null;
  protected closed = false;
  protected run: Run | null = null;
  /** What runs next: a file that is being opened while another run goes on. */
  protected next: Run | null = null;
  readonly #recovery: Recovery;
  /** What the last worker was left for. */
  #leftFor: MemoError | null = null;
  #withModel: WithModel | null = null;
  /** Loads that wait for the network. */
  #networkWaits = 0;

  /** @throws MemoError `input-invalid`, `prompt-invalid`, `label-invalid` */
  constructor(options: RecogniserOptions, parts: Partial<RecogniserParts>) {
    super();
    const engine = engineOptions(options);
    this.settings = settingsOf(options);
    this.#recovery = new Recovery(engine.device !== 'webgpu');
    this.parts = {
      createClient: (wanted) => sharedWorkers.open(wanted),
      sources: browserSources,
      clock: systemClock,
      page: currentPage(),
      words: wordsParts(options),
      ...parts,
    };
    this.engine = new Engine(this.parts.createClient, engine, {
      progress: (progress) => {
        const { step, loadedBytes, totalBytes } = progress;
        // one part is made ready while another is fetched
        this.step = furthest(this.step, loadedBytes < totalBytes ? 'fetch' : step);
        this.apply({ progress });
        this.emit('progress', progress);
      },
      came: () => this.partCame(),
      lost: (error) => this.workerLost(error),
    });
  }

  /** It died by itself. Who waits for an answer gets it as a rejection; between two requests only this tells. */
  protected abstract workerLost(error: MemoError): void;

  /** More of the model can be used, while the rest loads. */
  protected abstract partCame(): void;

  /** A model reads by this prompt from here on. */
  protected abstract adaptTo(loaded: Pick<LoadedEngine, 'manifest'>, prompted: Prompted): void;

  /** The error that the state now shows. @param run the one that failed; where that is on its way beside another, the other goes on */
  protected abstract fail(cause: unknown, run?: Run | null): MemoError;

  /** There as soon as a model has been. */
  protected get withModel(): WithModel {
    if (this.#withModel === null) throw new RangeError('no model has been loaded');
    return this.#withModel;
  }

  /** The loaded model, once what works on its answers is there as well; null before. */
  protected get ready(): LoadedEngine | null {
    return this.#withModel && this.engine.loaded;
  }

  protected get awaitsNetwork(): boolean {
    return this.#networkWaits > 0;
  }

  /** @param signal ends the waiting for a network; the load itself goes on, for others may want it */
  protected loadModel(signal: AbortSignal): Promise<LoadedEngine> {
    return lastingLoad(() => this.#load(), {
      page: this.parts.page,
      signal,
      mends: (error) => this.leavesWorker(error),
      waits: (waiting) => {
        this.#networkWaits += waiting ? 1 : -1;
        this.apply({});
      },
    });
  }

  /** Without a run; told as loading meanwhile. */
  protected async loadAtRest(ticket: AbortController): Promise<LoadedEngine> {
    this.loads.add(ticket);
    this.apply({});
    try {
      return await this.loadModel(ticket.signal);
    } finally {
      this.loads.delete(ticket);
      this.apply({});
    }
  }

  /** True where a fresh worker is worth a try; the failed one has then been left. */
  protected leavesWorker(cause: unknown): boolean {
    const error = MemoError.from(cause);
    // of two who waited for one load, the first has done it
    if (error === this.#leftFor) return true;
    const remedy = this.#recovery.remedy(error, this.state.backend?.name ?? null, this.parts.clock.now());
    if (remedy === 'tell') return false;
    if (remedy === 'without-gpu') this.engine.leaveGpu(gpuLeft(error));
    this.engine.discard({ retire: true });
    this.#leftFor = error;
    return true;
  }

  /** At rest: once more by a fresh worker, where that may help. A run mends itself. */
  protected async mended<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (this.run !== null || !this.leavesWorker(error)) throw error;
      return this.mended(step);
    }
  }

  protected assertOpen(): void {
    if (this.closed) throw recogniserClosed();
  }

  async #load(): Promise<LoadedEngine> {
    // it may have been while a script was fetched, and no other close would come
    this.assertOpen();
    if (!this.engine.underWay) {
      this.step = null;
      this.apply({ progress: null });
    }
    const [loaded] = await Promise.all([this.engine.load(), this.fetchWithModel()]);
    this.words.offer(loaded.manifest);
    const { asked } = this;
    const prompted = await this.withModel.bringPrompt(loaded, this.settings, (error, part) => {
      this.settings = { ...this.settings, [part]: null };
      this.keep({ promptError: error });
      this.emit('error', error);
    });
    // else the fresh worker was asked otherwise meanwhile
    const holds = asked === this.asked;
    if (holds) this.adaptTo(loaded, prompted);
    this.apply({ manifest: loaded.manifest, backend: loaded.backend, ...(holds && prompted) });
    return loaded;
  }

  /** The prompt and the labels that a timeline was made by hold again. */
  protected askAsFor({ prompt, labels }: Timeline): void {
    const { manifest, prompt: shown, labels: offered } = this.state;
    if (manifest === null) return;
    this.asked = {};
    const wish = this.withModel.askedFor({ prompt, labels }, manifest);
    const known = shown === prompt && offered?.join() === labels.join();
    if (known && samePrompting(wish, this.settings)) return;
    this.settings = { ...this.settings, ...wish };
    this.keep({ prompt, labels, promptError: null });
    this.adaptTo({ manifest }, { prompt, labels });
    const { loaded } = this.engine;
    // a fresh worker gets them with its load
    if (loaded !== null) this.withModel.changePrompt(loaded, wish).catch(() => undefined);
  }

  protected async fetchWithModel(): Promise<void> {
    this.#withModel ??= await lateScript(() => import('./with-model'));
  }

  /** Whatever is on its way to run next. */
  protected leaveNext(): void {
    this.next?.abort.abort();
    this.next?.source?.close();
    this.next = null;
  }

  /** The next run, in place of another one on its way. Throws what ends it while it opens. A stop or a newer start ends it at once and in silence: nobody waits for what is on its way. */
  protected async settle(run: Run, opens: () => Promise<void>): Promise<void> {
    this.leaveNext();
    this.next = run;
    const { signal } = run.abort;
    const left = new Promise((resolve) => signal.addEventListener('abort', resolve));
    try {
      await Promise.race([left, opens()]);
    } catch (error) {
      if (!signal.aborted) throw this.fail(error, run);
    }
    if (signal.reason instanceof MemoError) throw signal.reason;
  }

  protected override facts(): Facts {
    const { error, backend } = this.state;
    return {
      error,
      step: this.step,
      backend,
      run: this.run ?? this.next,
      loading: this.loads.size > 0,
      awaitsNetwork: this.awaitsNetwork,
      page: this.parts.page,
    };
  }
}
