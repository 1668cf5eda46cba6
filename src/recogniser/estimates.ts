/** Estimates as an async iterator: `for await (const estimate of recogniser)`. */

import type { MemoError } from '../errors';
import type { Estimate } from '../memobert/estimate';
import type { Recogniser } from './recogniser';
import type { Phase } from './state';

interface Taker {
  resolve(result: IteratorResult<Estimate, undefined>): void;
  reject(error: MemoError): void;
}

/**
 * From the present run's next estimate, or from the next run's first, to that run's end; a failed run throws its MemoError.
 * Who is slower than a live source gets the newest estimate and misses those between; of a file none is left out.
 */
export class Estimates implements AsyncIterableIterator<Estimate, undefined> {
  readonly #leave = new AbortController();
  #lying: Estimate[] = [];
  #taker: Taker | null = null;
  #failed: MemoError | null = null;
  #over = false;
  #begun: boolean;
  /** Its worker failed, and a fresh one is on its way. */
  #mends = false;

  /** @param left it is over: the run is, or whoever took estimates broke off */
  constructor(
    teller: Pick<Recogniser, 'state' | 'addEventListener'>,
    private readonly left: () => void = () => undefined,
  ) {
    this.#begun = teller.state.phase !== 'idle' && teller.state.phase !== 'error';
    const { signal } = this.#leave;
    const on = { signal };
    teller.addEventListener(
      'estimate',
      ({ detail }) => {
        const { source, phase } = teller.state;
        this.#put(detail, source === 'file');
        // a text that is answered alone, by a model that is there, is a run of one answer and no phase
        if (phase === 'idle') this.#end(null);
      },
      on,
    );
    teller.addEventListener(
      'statechange',
      ({ detail: { phase, previous, conditions } }) => {
        // one that is mended goes on; else another has begun in its place, or is on its way as this one fails
        const ran = runs(previous) || this.#mends;
        this.#mends = conditions.includes('recovering');
        if (phase === 'error' || (ran && !runs(phase) && !this.#mends)) this.#end(teller.state.error);
        else if (phase === 'idle' && this.#begun) this.#end(null);
        else if (phase !== 'idle') this.#begun = true;
      },
      on,
    );
  }

  next(): Promise<IteratorResult<Estimate, undefined>> {
    const value = this.#lying.shift();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    if (this.#failed !== null) {
      const failed = this.#failed;
      this.#failed = null;
      return Promise.reject(failed);
    }
    if (this.#over) return Promise.resolve({ value: undefined, done: true });
    this.#taker?.resolve({ value: undefined, done: true }); // one taker at a time
    return new Promise((resolve, reject) => (this.#taker = { resolve, reject }));
  }

  /** `break` comes here: the run itself goes on. */
  return(): Promise<IteratorResult<Estimate, undefined>> {
    this.#lying = [];
    this.#end(null);
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #put(estimate: Estimate, keepsAll: boolean): void {
    this.#begun = true;
    const taker = this.#taker;
    this.#taker = null;
    if (taker !== null) taker.resolve({ value: estimate, done: false });
    else if (keepsAll) this.#lying.push(estimate);
    else this.#lying = [estimate];
  }

  #end(error: MemoError | null): void {
    if (this.#over) return;
    this.#over = true;
    this.#leave.abort();
    this.left();
    const taker = this.#taker;
    this.#taker = null;
    if (taker === null) this.#failed = error;
    else if (error === null) taker.resolve({ value: undefined, done: true });
    else taker.reject(error);
  }
}

function runs(phase: Phase): boolean {
  return phase === 'listening' || phase === 'paused';
}
