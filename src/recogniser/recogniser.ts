/** The headless recogniser: what the elements use, and what no element asks for, pushed frames and the iterator. */

import type { ChosenDevices, DeviceRequest, PushedSource } from '../capture';
import { MemoError } from '../errors';
import { lateScript } from '../late-script';
import { BaseRecogniser } from './base-recogniser';
import { Estimates } from './estimates';
import {
  givenArgument,
  givenChoice,
  givenDevices,
  givenFetch,
  givenOptions,
  givenPush,
  givenSettings,
  wrongRequest,
} from './given';
import type { RecogniserOptions, RecogniserParts } from './options';
import type { MemoRequest } from './requests';
import type { FetchFile } from './run';
import type { Settings } from './settings';

export class Recogniser extends BaseRecogniser {
  /** Those that go on. */
  readonly #iterators = new Set<Estimates>();

  /** @throws MemoError `input-invalid`, `prompt-invalid`, `label-invalid` */
  constructor(options: RecogniserOptions, parts: Partial<RecogniserParts> = {}) {
    super(givenOptions(options), parts);
  }

  override async start(wish?: DeviceRequest): Promise<void> {
    await super.start(wish && givenDevices(wish));
  }

  override chooseDevices(choice: ChosenDevices): void {
    super.chooseDevices(givenChoice(choice));
  }

  override async startFile(file: Blob, name: string): Promise<void> {
    await super.startFile(givenArgument('file', file), givenArgument('name of the file', name));
  }

  override async startFetched(fetch: FetchFile): Promise<void> {
    await super.startFetched(givenFetch(fetch));
  }

  override async startStream(stream: MediaStream): Promise<void> {
    await super.startStream(givenArgument('stream', stream));
  }

  override async setText(text: string): Promise<void> {
    await super.setText(givenArgument('text', text));
  }

  override async configure(change: Partial<Settings>): Promise<void> {
    await super.configure(givenSettings(change));
  }

  override handle(request: MemoRequest): void {
    const wrong = wrongRequest(request);
    if (wrong === null) super.handle(request);
    else this.emit('error', wrong);
  }

  /**
   * Takes frames and samples that the caller pushes, on the caller's clock; `gives` says which will come. Estimates come at the
   * usual rates, of what was pushed last: for a file, {@link startFile} leaves nothing out.
   */
  async startPush(gives: { readonly face?: boolean; readonly voice?: boolean } = {}): Promise<void> {
    const { face = true, voice = true } = givenPush(gives);
    const open = async () =>
      new (await lateScript(() => import('../capture/pushed-source'))).PushedSource({ face, voice });
    await this.begin('push', open);
  }

  /**
   * A frame for the running {@link startPush}; it is taken over, and closed.
   * @param time seconds
   * @throws MemoError `input-invalid`
   */
  pushFrame(frame: VideoFrame | ImageBitmap, time: number): void {
    const source = this.#pushed();
    if (source === null) {
      (frame as Partial<VideoFrame> | null)?.close?.();
      throw notPushing();
    }
    source.pushFrame(frame, time);
  }

  /**
   * Mono samples, -1 to 1, for the running {@link startPush}; their buffer is taken over.
   * @param time of the first sample, seconds
   * @throws MemoError `input-invalid`
   */
  pushSamples(samples: Float32Array<ArrayBuffer>, sampleRateHz: number, time: number): void {
    const source = this.#pushed();
    if (source === null) throw notPushing();
    source.pushSamples(samples, sampleRateHz, time);
  }

  /** Nothing more will be pushed: one last estimate, then the run is over; before it listens, at once. */
  endPush(): void {
    const pushed = this.#pushed();
    if (pushed !== null) pushed.end();
    else if (this.run?.kind === 'push') this.stop();
  }

  /** `for await (const estimate of recogniser)`: see {@link Estimates} for when it begins, ends and what a slow loop misses. */
  [Symbol.asyncIterator](): Estimates {
    const estimates: Estimates = new Estimates(this, () => this.#iterators.delete(estimates));
    this.#iterators.add(estimates);
    // nothing will come
    if (this.closed) void estimates.return();
    return estimates;
  }

  override close(): void {
    super.close();
    for (const iterator of this.#iterators) void iterator.return();
  }

  #pushed(): PushedSource | null {
    const { kind, source = null } = this.run ?? {};
    return kind === 'push' ? (source as PushedSource | null) : null;
  }
}

/** When there is no source to push to. */
function notPushing(): MemoError {
  return new MemoError(
    'input-invalid',
    'Nothing can be pushed: no run takes frames or samples by hand.',
    'Call startPush() first, wait for it, and push until endPush() or stop().',
  );
}
