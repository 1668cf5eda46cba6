/** Turns the steps of a load into {@link Progress}: bytes never fall, and the total stays once it is known. */

import type { LoadStep, Progress } from './progress';

export class LoadProgress {
  #loadedBytes = 0;
  #totalBytes = 0;

  constructor(private readonly tell: (progress: Progress) => void) {}

  /** From the manifest on. */
  expect(totalBytes: number): void {
    this.#totalBytes = totalBytes;
  }

  fetched(loadedBytes: number, item: string): void {
    this.#loadedBytes = Math.max(this.#loadedBytes, loadedBytes);
    this.step('fetch', item);
  }

  step(step: LoadStep, item: string): void {
    this.tell({ step, loadedBytes: this.#loadedBytes, totalBytes: this.#totalBytes, item });
  }
}
