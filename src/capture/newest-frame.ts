/** A place for one frame: a newer one replaces and closes it, a taker gets it or waits for the next. */

import type { TimedFrame } from './source';

export class NewestFrame {
  #frame: TimedFrame | null = null;
  #taker: ((frame: TimedFrame | null) => void) | null = null;
  #ended = false;

  /** Takes ownership of the frame. */
  put(frame: TimedFrame): void {
    if (this.#ended) {
      frame.frame.close();
    } else if (this.#taker !== null) {
      this.#answer(frame);
    } else {
      this.#frame?.frame.close();
      this.#frame = frame;
    }
  }

  /** The frame lying here, or the next one; null after the end or when `signal` aborts. One taker at a time. */
  take(signal: AbortSignal): Promise<TimedFrame | null> {
    const lying = this.#frame;
    this.#frame = null;
    if (lying !== null && !signal.aborted) return Promise.resolve(lying);
    lying?.frame.close();
    if (this.#ended || signal.aborted) return Promise.resolve(null);
    this.#answer(null); // an earlier taker gives way
    return new Promise((resolve) => {
      const aborted = () => this.#answer(null);
      signal.addEventListener('abort', aborted, { once: true });
      this.#taker = (frame) => {
        signal.removeEventListener('abort', aborted);
        resolve(frame);
      };
    });
  }

  /** No more frames will come; the one lying here can still be taken. */
  end(): void {
    this.#ended = true;
    this.#answer(null);
  }

  /** Ends, and closes the frame lying here. */
  close(): void {
    this.end();
    this.#frame?.frame.close();
    this.#frame = null;
  }

  #answer(frame: TimedFrame | null): void {
    const taker = this.#taker;
    this.#taker = null;
    taker?.(frame);
  }
}
