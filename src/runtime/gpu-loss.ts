/** The GPU taken away (driver reset, unplugged, too long asleep): told once, and nothing waits for it. */

import { MemoError } from '../errors';

export class GpuLoss {
  #error: MemoError | null = null;
  /** One for each piece of work under way, and none of those that are done: a promise that all of them raced would keep every one. */
  readonly #waiting = new Set<(error: MemoError) => void>();

  get error(): MemoError | null {
    return this.#error;
  }

  /** What `work` settles as, which a lost device may leave pending for ever; rejects with `device-gpu-lost` when that happens first. */
  during<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#error !== null) reject(this.#error);
      this.#waiting.add(reject);
      void work.then(resolve, reject).finally(() => this.#waiting.delete(reject));
    });
  }

  watch(device: Pick<GPUDevice, 'lost'>): void {
    void device.lost.then(({ reason, message }) => {
      // `destroyed`: by us, on closing
      if (reason === 'destroyed' || this.#error !== null) return;
      this.#error = gpuLost(message);
      for (const reject of this.#waiting) reject(this.#error);
      this.#waiting.clear();
    });
  }
}

/** A fresh worker mends it, of WebGPU as of WebGL. @param message the browser's, or empty */
export function gpuLost(message: string): MemoError {
  return new MemoError(
    'device-gpu-lost',
    `The graphics processor was taken away${message === '' ? '' : `: ${message}`}.`,
    'Press Start again; if it comes back, use another browser.',
  );
}
