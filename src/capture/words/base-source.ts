/** What every source of words does alike: a status that is told when it changes, and silence after the end. */

import type { MemoError } from '../../errors';
import type { Word, WordListeners, WordScene, WordSource, WordStatus } from './word-source';

export abstract class BaseWordSource implements WordSource {
  abstract readonly language: string;
  #status: WordStatus = 'off';
  #begun = false;
  #over = false;

  constructor(private readonly on: WordListeners) {}

  get status(): WordStatus {
    return this.#status;
  }

  start(scene: WordScene): void {
    if (this.#begun || this.#over) return;
    this.#begun = true;
    this.begin(scene);
  }

  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#status = this.#status === 'failed' ? 'failed' : 'off';
    this.end();
  }

  protected get over(): boolean {
    return this.#over;
  }

  protected abstract begin(scene: WordScene): void;

  /** Lets go of everything; called once. */
  protected abstract end(): void;

  protected tell(words: readonly Word[]): void {
    if (!this.#over) this.on.words(words);
  }

  protected become(status: WordStatus): void {
    if (this.#over || status === this.#status) return;
    this.#status = status;
    this.on.status(status);
  }

  protected tellProgress(loadedBytes: number, totalBytes: number): void {
    if (!this.#over) this.on.progress?.(loadedBytes, totalBytes);
  }

  /** Something to know; the source goes on. */
  protected warn(error: MemoError): void {
    if (!this.#over) this.on.error(error);
  }

  /** The end of it, and why. */
  protected fail(error: MemoError): void {
    this.become('failed');
    // who hears of it may have stopped it
    this.warn(error);
    this.stop();
  }
}
