/** Jobs one after another; a failed one does not stop those behind it. */

export class Serial {
  #tail: Promise<unknown> = Promise.resolve();

  /** Starts `job` when all before it are done, however they ended; settles as the job does. */
  run<T>(job: () => T | Promise<T>): Promise<T> {
    const result = this.#tail.then(job);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
