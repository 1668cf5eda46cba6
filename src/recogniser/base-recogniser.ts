/**
 * The recogniser as the elements use it: asks for devices, loads the model, runs the live loop and tells one honest state.
 * One run at a time; a newer start (a file once it is open) or a stop wins over whatever is under way, and what arrives late is stopped.
 */

import type { ChosenDevices, DeviceRequest, DevicesSoFar } from '../capture';
import { MemoError } from '../errors';
import { lateScript } from '../late-script';
import type { Box, Estimate } from '../memobert/estimate';
import { momentMissing, type Filling, type Masks, type Moment } from '../memobert/moment';
import type { Prompting } from '../runtime/protocol';
import { Serial } from '../runtime/serial';
import type { AdaptationState, Mark } from './adaptation';
import { actorBaseOf, type RecogniserOptions, type RecogniserParts } from './options';
import { NO_MOMENT } from './moment-state';
import type { Moments } from './moments';
import { perform } from './perform';
import type { MemoRequest } from './requests';
import { isMendable } from './recovery';
import { newRun, openFile, type FetchFile } from './run';
import { AT_REST, NOTHING_YET } from './state';
import { Runner } from './runner';
import { checkSettings, said, samePrompting, undone, type Settings } from './settings';
import { estimateAt } from './timeline';
import { whichDevices } from './which-devices';

export class BaseRecogniser extends Runner {
  readonly #actorBase: string;
  readonly #changes = new Serial();
  #taken: Moments | null = null;

  /** @throws MemoError `input-invalid`, `prompt-invalid`, `label-invalid` */
  constructor(options: RecogniserOptions, parts: Partial<RecogniserParts> = {}) {
    super(options, parts);
    this.#actorBase = actorBaseOf(options);
  }

  /** Loads the model ahead of a start; shared with every start. Rejects with a MemoError. */
  async load(): Promise<void> {
    this.assertOpen();
    const ticket = new AbortController();
    this.loads.add(ticket);
    this.apply({ error: null });
    try {
      await this.loadModel(ticket.signal);
    } catch (error) {
      // a run that waits for the same load tells of it itself
      if (this.loads.has(ticket) && this.run === null) this.fail(error);
      throw error;
    } finally {
      this.loads.delete(ticket);
      this.apply({});
    }
  }

  /** Asks for camera and microphone, each on its own, and listens to what was granted. Constraints in place of `true` say which one; where a `deviceId` is not
   * there, no other is taken. Call it from a click. Like all starts it resolves once listening (or once a newer start or a stop has won), and rejects with the MemoError that the state shows. */
  start(wish: DeviceRequest = { camera: true, microphone: true }): Promise<void> {
    // one may be on while the other is still asked for
    const told = (tracks: DevicesSoFar) => this.apply(tracks);
    const which = whichDevices(this.state, wish);
    return this.begin('devices', (signal) => this.parts.sources.devices(which, signal, told));
  }

  /** Which ones `true` stands for in a {@link start}: constraints, `{}` for the browser's own choice; what is left out stays. While devices run, another takes its place at once, and the run goes on. */
  chooseDevices(choice: ChosenDevices): void {
    this.assertOpen();
    this.apply({ chosen: { ...this.state.chosen, ...said(choice) } });
    this.run?.source?.wish?.(whichDevices(this.state));
  }

  /** Plays the built-in actor through the same way as a camera; silent unless `audible`. */
  startActor(options: { readonly audible?: boolean } = {}): Promise<void> {
    const request = { base: this.#actorBase, audible: options.audible ?? false };
    return this.begin('actor', (signal) => this.parts.sources.actor(request, signal));
  }

  /**
   * Analyses a video or audio file: as fast as the machine can where WebCodecs decodes it, else played once at its own speed.
   * `state.timeline` grows meanwhile and stays; `name` is for messages. Whom to {@link follow} is kept while it is open. A stop keeps what was analysed, a second one closes the file.
   * Anything live goes on until the file is open, and goes on where it cannot be opened; `state.error` then stands beside its phase.
   */
  startFile(file: Blob, name: string): Promise<void> {
    return this.begin('file', (_signal, run) => openFile({ blob: file, name }, run, this.parts.sources));
  }

  /** The same of a file that is still to be fetched, while the model loads: a stop or a newer start aborts it, and `state.progress` is the model's, then the file's; beside a live run that is told while `listening`. */
  startFetched(fetch: FetchFile): Promise<void> {
    return this.begin('file', async (signal, run) => {
      const file = await fetch(signal, (progress) => {
        run.arriving = progress;
        this.showArriving(run);
      });
      return openFile(file, run, this.parts.sources);
    });
  }

  /** A moment of the file analysed, seconds: `state.estimate` becomes the one that stood there; null in a gap. */
  seek(time: number): void {
    const { timeline } = this.state;
    if (timeline === null || timeline.seconds === null || !Number.isFinite(time)) return;
    this.#leaveText();
    const position = Math.min(Math.max(time, 0), timeline.seconds);
    this.apply({ position, source: 'file', estimate: estimateAt(timeline, position) });
  }

  /** Listens to a stream of the caller's; its tracks stay the caller's and are not stopped. */
  startStream(stream: MediaStream): Promise<void> {
    return this.begin('stream', (signal) => this.parts.sources.stream(stream, signal));
  }

  /**
   * What is being said. It joins the running source; without one it is estimated alone, loading the model if needed. Beside a
   * file that is open, its moment comes back with {@link seek}, or when the text is taken back. Resolves when it has been taken in.
   */
  async setText(text: string): Promise<void> {
    this.assertOpen();
    const blank = text.trim() === ''; // what is no text throws, before anything has it
    this.words.type(text);
    this.apply({ text });
    if (blank) this.#leaveText();
    const { run } = this;
    if (run !== null) {
      // before listening, the start itself brings the text; one that is answered alone is asked for anew
      if (run.kind !== 'text') await this.say(run);
    } else if (blank) {
      this.apply({ estimate: null, source: null });
      this.seek(this.state.position ?? this.state.timeline?.reached ?? 0); // without a file there is nothing to go back to
    } else await this.#answerText();
  }

  /**
   * Changes settings while it runs or rests: the source goes on, and the next estimate is by the new ones. A file that is open is
   * analysed again for another prompt or other labels; other rates hold from its next analysis on. Without a model, label words are checked once it is loaded, and those it does not know are told by an `error` event.
   * Rejects with `prompt-invalid`, `label-invalid` or `input-invalid`; what held before then holds on. What is undefined is as left out.
   */
  async configure(given: Partial<Settings>): Promise<void> {
    this.assertOpen();
    const [change, before] = [said(given), this.settings];
    const { prompt, labels, ...others } = this.#checked({ ...before, ...change });
    this.#put(others);
    const wish = { ...('prompt' in change && { prompt }), ...('labels' in change && { labels }) };
    // one after another: each is asked beside what the model took of those before
    const asking = this.#changes.run(() => this.#ask(wish));
    asking.catch(() => this.#put(undone(change, before, this.settings)));
    if (await asking) await this.readAgain();
  }

  dismissPromptError(): void {
    this.apply({ promptError: null });
  }

  /** The marks, what was fitted to them, and whether it is applied. */
  get adaptation(): AdaptationState {
    return this.state.adaptation;
  }

  /**
   * Says that `word` (a label's id) is right at the moment that `state.estimate` is of. From two different words on an
   * adaptation is fitted and applied, to this estimate, the timeline and those that come.
   * @throws MemoError `moment-missing` without an estimate by the prompt and words asked for now, `label-invalid` for a word that is not asked for
   */
  mark(word: string): Mark {
    this.assertOpen();
    return this.adapter.mark(this.state.estimate, word);
  }

  /** The marks as JSON. @throws MemoError `marks-missing` */
  exportAdaptation(): Blob {
    return new Blob([this.adapter.toJson()], { type: 'application/json' });
  }

  /** Rejects with `adaptation-invalid`, `adaptation-foreign`, or `moment-missing` before a model is loaded; the marks then stay. */
  async importAdaptation(file: Blob): Promise<void> {
    this.assertOpen();
    await this.adapter.fromFile(file);
  }

  /**
   * Freezes what `state.estimate` was made of, for {@link fillIn}: the last answer, or of a file the one that it was scrubbed to, or came back to.
   * Rejects with `moment-missing`.
   */
  async takeMoment(): Promise<Moment> {
    this.assertOpen();
    const moments = await this.#moments();
    return this.mended(() => {
      const { state, answeredBy } = this;
      const held = state.position === null && answeredBy !== null && answeredBy === this.engine.loaded;
      return moments.take(held || state.source !== 'file' ? null : () => this.#revisit());
    });
  }

  /** What the model fills in where parts of the moment are masked: the paper's four pre-training tasks. */
  async fillIn(masks: Masks): Promise<Filling> {
    this.assertOpen();
    return (this.#taken ?? (await this.#moments())).fill(masks);
  }

  /** As {@link fillIn}, for somebody who drags: only the newest is asked for, and errors are told by `state.moment`. */
  async maskMoment(masks: Masks): Promise<void> {
    await (this.#taken ?? (await this.#moments())).mask(masks);
  }

  /** Lets the moment go. */
  dropMoment(): void {
    this.keep({ moment: NO_MOMENT });
  }

  dismissMomentError(): void {
    this.keep({ moment: { ...this.state.moment, error: null } });
  }

  /**
   * Of several faces, follows the one at `box` (pixels of the frame) while the source runs. A file that is read is analysed
   * again, under analysis or after it: the one at `box` of the moment shown is followed from when it came into sight.
   */
  async follow(box: Box): Promise<void> {
    const { media, timeline } = this.state;
    if (timeline !== null && timeline.seconds !== null) {
      const { choose } = await this.#fileMoment();
      const choices = choose(this.choices, this.state, box);
      if (choices === null || this.state.media !== media) return;
      this.choices = choices;
      await this.readAgain();
    } else if (this.run?.stage === 'listening') {
      await this.engine.loaded?.client.request('follow', { box });
    }
  }

  /**
   * Ends the run and every track of it; the model stays loaded, and what a file has given so far. One that is being analysed again is
   * as it was before: its answers, and the prompt, the labels and the faces that they were made by.
   */
  stop(): void {
    for (const ticket of this.loads) ticket.abort();
    this.loads.clear();
    this.leaveNext();
    this.goBack();
    const runs = this.run !== null;
    this.dropRun();
    const { media, timeline } = this.state;
    const closed = { ...NOTHING_YET, timeline: media === null ? timeline : null, source: null };
    const stays = runs && media !== null && timeline !== null;
    // it would keep the next start waiting as well; a download goes on by another connection after 30 s
    this.engine.leaveQuiet(this.step === 'fetch' ? 40 : 10);
    this.apply({ ...AT_REST, ...(!stays && closed), error: null });
  }

  /** Back to idle after an error. */
  dismissError(): void {
    this.apply({ error: null });
  }

  /** Stops, and lets worker and model go. The recogniser cannot be used after that. */
  close(): void {
    if (this.closed) return;
    this.stop();
    this.closed = true;
    this.words.close();
    this.engine.discard({ retire: false });
    this.leavePage();
  }

  /**
   * Carries out what the elements ask for; failures are told by state and `error` event, what is no request by the event alone, as `input-invalid`.
   * While devices run, a `start` takes up the one and lets go the other, as a switch means it: the run goes on.
   */
  handle(request: MemoRequest): void {
    void perform(this, request, (wish) => this.#switches(wish));
  }

  /** False where the run would not weigh what is switched on, or find nothing in it: that is a new start. */
  #switches(wish: DeviceRequest): boolean {
    const { run, settings, state } = this;
    if (state.modalities.join() !== settings.modalities.join()) return false;
    if (state.backend?.noFaces && !wish.microphone) return false;
    if (run?.source?.wish?.(whichDevices(state, wish)) !== true) return false;
    this.leaveNext(); // what is switched is the newer wish
    this.apply({ error: null });
    return true;
  }

  /** Those that no model is asked for: while it loads, the load goes before; a run goes on with the modalities that it began with. */
  #put(change: Partial<Settings>): void {
    this.settings = { ...this.settings, ...change };
    const { rates, saver, modalities } = this.settings;
    if (this.run?.stage === 'listening') this.run.loop?.setRates(rates, saver);
    if (this.run === null) this.apply({ modalities });
  }

  /** @throws MemoError `prompt-invalid`, `label-invalid` */
  #checked(settings: Settings): Settings {
    try {
      return checkSettings(settings);
    } catch (cause) {
      const error = MemoError.from(cause);
      this.apply({ promptError: error });
      throw error;
    }
  }

  /** Rejects with `moment-missing` before a model is there; the state tells it, too. */
  async #moments(): Promise<Moments> {
    try {
      if (this.state.manifest === null) throw momentMissing();
      const { Moments } = await this.#fileMoment();
      this.#taken ??= new Moments(
        () => this.ready?.client ?? null,
        () => this.state.moment,
        (moment) => this.keep({ moment }),
      );
      return this.#taken;
    } catch (cause) {
      const error = MemoError.from(cause);
      this.keep({ moment: { ...this.state.moment, busy: false, error } });
      throw error;
    }
  }

  /** @returns whether the model reads by another prompt or other labels now */
  async #ask(wish: Partial<Prompting>): Promise<boolean> {
    const before = this.settings;
    this.settings = { ...before, ...wish };
    if (samePrompting(before, this.settings)) return false;
    const { prompt, labels } = this.settings;
    const { ready: loaded, asked } = this;
    if (loaded === null) {
      this.apply({ prompt, labels, promptError: null });
      return false;
    }
    const takenBack = () => asked !== this.asked;
    try {
      const prompted = await this.withModel.changePrompt(loaded, { prompt, labels });
      if (takenBack()) return false;
      this.adaptTo(loaded, prompted);
      this.apply({ ...prompted, promptError: null });
      return true;
    } catch (cause) {
      const error = MemoError.from(cause);
      // the fresh worker gets them with its load
      if (this.engine.loaded !== loaded || isMendable(error) || takenBack()) return false;
      this.settings = { ...this.settings, prompt: before.prompt, labels: before.labels };
      this.apply({ promptError: error });
      throw error;
    }
  }

  /** The worker sees and hears once more what the answer shown was made of. */
  async #revisit(): Promise<void> {
    this.revisiting.abort(); // of two wishes the newer
    const revisiting = (this.revisiting = new AbortController());
    const { goBack } = await this.#fileMoment();
    await goBack(async () => {
      const loaded = this.ready ?? (await this.loadAtRest(revisiting));
      const { state, recorder, run, parts } = this;
      return { state, recorder, run, loaded, sources: parts.sources };
    }, revisiting.signal);
  }

  async #answerText(): Promise<void> {
    const run = newRun('text', 'waiting');
    const { signal } = run.abort;
    const parts = {
      load: () => this.loadModel(signal),
      leaves: (error: unknown) => this.leavesWorker(error),
      text: () => this.state.text,
      publish: (estimate: Estimate | null) => this.publish(estimate),
    };
    await this.settle(run, async () => {
      this.turnTo(run);
      this.apply({ ...AT_REST, error: null, source: 'text' });
      signal.throwIfAborted(); // who hears of it may have stopped it already
      // fetched with the first one, while the model loads
      const [{ answerText }] = await Promise.all([lateScript(() => import('./text-answer')), parts.load()]);
      await answerText(parts, signal);
      signal.throwIfAborted();
      if (this.state.estimate === null) this.apply({ source: null });
      this.endRun();
    });
  }

  /** The answer to a text alone, where one is on its way, would take the place of what is shown next. */
  #leaveText(): void {
    if (this.run?.kind === 'text') this.dropRun();
  }

  /** Fetched with the first moment of a file that is gone back to, or whose faces are chosen from. */
  #fileMoment(): Promise<typeof import('./file-moment')> {
    return lateScript(() => import('./file-moment'));
  }

  protected override async readAgain(): Promise<void> {
    const { media, timeline, source, position } = this.state;
    if (media && timeline) {
      const started = this.startFile(media, timeline.name ?? '');
      this.apply({ media, position }); // it is still open, at the moment that is shown
      return started;
    } else if (this.run === null && source === 'text') await this.#answerText();
  }
}
