/** A speech model in the page as a source of words, for one run. */

import type { SampleChunk } from '../capture';
import { BaseWordSource, Transcript, type WordListeners, type WordScene } from '../capture/words';
import type { SpeechClient } from './speech-client';

export class SpeechWords extends BaseWordSource {
  #language = '';
  readonly #transcript = new Transcript();
  #stepped = false;
  #leave: () => void = () => undefined;

  /** @param client stays its owner's: the next run listens to it without another load */
  constructor(
    private readonly client: Pick<SpeechClient, 'listen' | 'hear' | 'hearOut'>,
    on: WordListeners,
  ) {
    super(on);
  }

  get language(): string {
    return this.#language;
  }

  hear(chunk: SampleChunk): void | Promise<void> {
    if (this.status !== 'listening') return;
    return this.#stepped ? this.client.hearOut(chunk) : this.client.hear(chunk);
  }

  protected begin({ stepped }: WordScene): void {
    this.#stepped = stepped;
    this.become('starting');
    if (this.over) return;
    this.#leave = this.client.listen({
      progress: (loadedBytes, totalBytes) => this.tellProgress(loadedBytes, totalBytes),
      ready: (language) => {
        this.#language = language;
        this.become('listening');
      },
      heard: ({ words, final }) => {
        if (final) this.#transcript.settle(words);
        else this.#transcript.guess(words);
        this.tell(this.#transcript.words);
      },
      lost: (error) => this.fail(error),
    });
    // who heard that it is ready may have stopped it, before there was a way out
    if (this.over) this.#leave();
  }

  protected end(): void {
    this.#leave();
  }
}
