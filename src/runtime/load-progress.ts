/** Turns the steps of a load into {@link Progress}: bytes never fall, and the total stays once it is known, unless a load needs more. */

import type { LoadStep, Progress } from './progress';

/** A step of the bar that the eye can see; networks deliver thousands of pieces. */
const TOLD_PARTS = 200;
/** Of a first load the part that is fetching; from the cache it is gone in an instant. */
const FETCHING = 0.6;
/** Steps of the rest: three graphs, or four, and what belongs to them. */
const STEPS = 13;

/** Files on their way together. */
export interface Arrival {
  /** @param bytes of these files, so far */
  fetched(bytes: number, item: string): void;
  /** What is not here of them is done without. */
  giveUp(): void;
}

export class LoadProgress {
  readonly #arrivals: { loaded: number; total: number }[] = [];
  #toldBytes = 0;
  #steps = 0;
  #fraction = 0;

  constructor(private readonly tell: (progress: Progress) => void) {}

  /** Bytes to come: the bundle's once the manifest is read, the build's own; again where wasm, after WebGPU, needs a file of its own. */
  expect(total: number): Arrival {
    const arrival = { loaded: 0, total };
    this.#arrivals.push(arrival);
    return {
      fetched: (bytes, item) => {
        arrival.loaded = Math.max(arrival.loaded, bytes);
        this.#grow(item);
      },
      giveUp: () => {
        arrival.total = arrival.loaded;
      },
    };
  }

  step(step: LoadStep, item: string): void {
    const [loadedBytes, totalBytes] = [this.#sum('loaded'), this.#sum('total')];
    this.#toldBytes = loadedBytes;
    if (step !== 'fetch') this.#steps += 1;
    const fetched = totalBytes === 0 ? 0 : loadedBytes / totalBytes;
    // wasm, after WebGPU, goes through all of them again
    const done = FETCHING * fetched + (1 - FETCHING) * Math.min(1, this.#steps / STEPS);
    this.#fraction = step === 'ready' ? 1 : Math.max(this.#fraction, done);
    this.tell({ step, loadedBytes, totalBytes, item, fraction: this.#fraction });
  }

  #grow(item: string): void {
    const [loaded, total] = [this.#sum('loaded'), this.#sum('total')];
    const grown = loaded - this.#toldBytes;
    if (grown >= total / TOLD_PARTS || (loaded === total && grown > 0)) this.step('fetch', item);
  }

  #sum(of: 'loaded' | 'total'): number {
    return this.#arrivals.reduce((sum, arrival) => sum + arrival[of], 0);
  }
}
