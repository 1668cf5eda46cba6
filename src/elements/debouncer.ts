/** Runs the newest of several calls once they have paused. */

export class Debouncer {
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly waitMs: number) {}

  /** Replaces what was waiting. */
  call(action: () => void): void {
    this.cancel();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      action();
    }, this.waitMs);
  }

  cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
