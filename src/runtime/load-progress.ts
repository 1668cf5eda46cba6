/** Turns the steps of a load into {@link Progress}: bytes never fall, and the total stays once it is known. */

import type { LoadStep, Progress } from './progress';

/** A step of the bar that the eye can see; networks deliver thousands of pieces. */
const TOLD_PARTS = 200;

export class LoadProgress {
  #loadedBytes = 0;
  #toldBytes = 0;
  #totalBytes = 0;

  constructor(private readonly tell: (progress: Progress) => void) {}

  /** From the manifest on. */
  expect(totalBytes: number): void {
    this.#totalBytes = totalBytes;
  }

  fetched(loadedBytes: number, item: string): void {
    this.#loadedBytes = Math.max(this.#loadedBytes, loadedBytes);
    const grown = this.#loadedBytes - this.#toldBytes;
    const complete = this.#loadedBytes === this.#totalBytes;
    if (grown >= this.#totalBytes / TOLD_PARTS || (complete && grown > 0)) this.step('fetch', item);
  }

  step(step: LoadStep, item: string): void {
    this.#toldBytes = this.#loadedBytes;
    this.tell({ step, loadedBytes: this.#loadedBytes, totalBytes: this.#totalBytes, item });
  }
}
