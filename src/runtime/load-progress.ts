/** Turns the steps of a load into {@link Progress}: bytes never fall, and the total stays once it is known, unless a load needs more. */

import type { LoadStep, Progress } from './progress';

/** A step of the bar that the eye can see; networks deliver thousands of pieces. */
const TOLD_PARTS = 200;

export class LoadProgress {
  #loadedBytes = 0;
  #toldBytes = 0;
  #totalBytes = 0;
  /** What was loaded when the bytes now on their way were announced. */
  #baseBytes = 0;

  /** Of the build's own files, which come at the same time. */
  #besideBytes = 0;
  #besideTotalBytes = 0;

  constructor(private readonly tell: (progress: Progress) => void) {}

  /** Bytes to come: the bundle's once the manifest is read; again where wasm, after WebGPU, needs a file of its own. */
  expect(bytes: number): void {
    this.#baseBytes = this.#loadedBytes;
    this.#totalBytes = this.#baseBytes + bytes;
  }

  /** What was expected last and is not here is done without. */
  giveUp(): void {
    this.#totalBytes = this.#loadedBytes;
  }

  /** Bytes to come beside the bundle's; said before those. */
  expectBeside(bytes: number): void {
    this.#besideTotalBytes = bytes;
  }

  /** @param bytes of what was expected last */
  fetched(bytes: number, item: string): void {
    this.#loadedBytes = Math.max(this.#loadedBytes, this.#baseBytes + bytes);
    this.#grow(item);
  }

  /** @param bytes of what is expected beside */
  fetchedBeside(bytes: number, item: string): void {
    this.#besideBytes = Math.max(this.#besideBytes, bytes);
    this.#grow(item);
  }

  step(step: LoadStep, item: string): void {
    this.#toldBytes = this.#loaded;
    this.tell({ step, loadedBytes: this.#loaded, totalBytes: this.#total, item });
  }

  get #loaded(): number {
    return this.#loadedBytes + this.#besideBytes;
  }

  get #total(): number {
    return this.#totalBytes + this.#besideTotalBytes;
  }

  #grow(item: string): void {
    const grown = this.#loaded - this.#toldBytes;
    const complete = this.#loaded === this.#total;
    if (grown >= this.#total / TOLD_PARTS || (complete && grown > 0)) this.step('fetch', item);
  }
}
