/** The GPU taken away (driver reset, unplugged, too long asleep): told once, and nothing waits for it. */

import { MemoError } from '../errors';

export class GpuLoss {
  /** Rejects with `device-gpu-lost` when it happens; pending until then. */
  readonly happened: Promise<never>;
  #error: MemoError | null = null;
  #reject: (error: MemoError) => void = () => undefined;

  constructor() {
    this.happened = new Promise<never>((_resolve, reject) => {
      this.#reject = reject;
    });
    // nobody may be waiting when it happens
    this.happened.catch(() => undefined);
  }

  get error(): MemoError | null {
    return this.#error;
  }

  watch(device: Pick<GPUDevice, 'lost'>): void {
    void device.lost.then(({ reason, message }) => {
      // `destroyed`: by us, on closing
      if (reason === 'destroyed' || this.#error !== null) return;
      this.#error = new MemoError(
        'device-gpu-lost',
        `The graphics processor was taken away${message === '' ? '' : `: ${message}`}.`,
        'Press Start again; if it comes back, choose the CPU instead.',
      );
      this.#reject(this.#error);
    });
  }
}
