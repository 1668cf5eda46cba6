/** A recogniser that shows what a test tells it and remembers what it was asked. */

import {
  Store,
  type MemoRequest,
  type RecogniserEventMap,
  type RecogniserState,
  type Settings,
} from '../../recogniser';
import type { RecogniserLike } from '../recogniser-like';

/** An EventTarget whose events are the recogniser's; the cast adds nothing that it does not have. */
const Target = EventTarget as new () => Pick<RecogniserLike, 'addEventListener'> &
  Pick<EventTarget, 'dispatchEvent'>;

export class CannedRecogniser extends Target implements RecogniserLike {
  readonly #store = new Store();
  /** Every request and call, oldest first. */
  readonly asked: string[] = [];

  constructor(state: Partial<RecogniserState> = {}) {
    super();
    this.#store.set(state);
  }

  get state(): RecogniserState {
    return this.#store.state;
  }

  /** Replaces parts of the state, as a running recogniser would. */
  tell(state: Partial<RecogniserState>): void {
    this.#store.set(state);
  }

  /** Emits as a running recogniser would. */
  emit<K extends keyof RecogniserEventMap>(type: K, detail: RecogniserEventMap[K]['detail']): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  subscribe(subscriber: (state: RecogniserState) => void): () => void {
    return this.#store.subscribe(subscriber);
  }

  handle(request: MemoRequest): void {
    this.asked.push(request.name);
  }

  async configure(change: Partial<Settings>): Promise<void> {
    this.asked.push(`configure(${JSON.stringify(change)})`);
  }

  async load(): Promise<void> {
    this.asked.push('load()');
  }

  async start(): Promise<void> {
    this.asked.push('start()');
  }

  async startFile(_file: Blob, name: string): Promise<void> {
    this.asked.push(`startFile(${name})`);
  }

  async startFetched(): Promise<void> {
    this.asked.push('startFetched()');
  }

  async startStream(): Promise<void> {
    this.asked.push('startStream()');
  }

  stop(): void {
    this.asked.push('stop()');
  }

  close(): void {
    this.asked.push('close()');
  }
}
