/** A speech model in the page as a source of words, for one run. */

import type { SampleChunk } from '../capture';
import { BaseWordSource, Transcript, type Word, type WordListeners, type WordScene } from '../capture/words';
import type { SpeechClient } from './speech-client';

/** Longer than the pause that ends an utterance, by what the gate's blocks take. */
const END_PAUSE_S = 1;

export class SpeechWords extends BaseWordSource {
  #language = '';
  readonly #transcript = new Transcript();
  #scene: Pick<WordScene, 'stepped' | 'seconds'> | null = null;
  /** The chunk heard last, its samples counted. */
  #last: { readonly samples: number; readonly sampleRateHz: number; readonly time: number } | null = null;
  /** Where the file's sound ends, once it has; no word lies behind it. */
  #untilS = Infinity;
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

  /** The last of a file's sound is not followed by the pause that ends an utterance: it is given one. */
  async advance(seconds: number): Promise<void> {
    const last = this.#last;
    if (this.status !== 'listening' || last === null || seconds < (this.#scene?.seconds ?? Infinity)) return;
    this.#last = null;
    const { samples, sampleRateHz, time } = last;
    this.#untilS = time + samples / sampleRateHz;
    const silence = new Float32Array(sampleRateHz * END_PAUSE_S);
    await this.client.hearOut({ samples: silence, sampleRateHz, time: this.#untilS });
  }

  hear(chunk: SampleChunk): void | Promise<void> {
    if (this.status !== 'listening') return;
    const { samples, sampleRateHz, time } = chunk;
    this.#last = { samples: samples.length, sampleRateHz, time };
    return this.#scene?.stepped === true ? this.client.hearOut(chunk) : this.client.hear(chunk);
  }

  protected begin(scene: WordScene): void {
    this.#scene = scene;
    this.become('starting');
    if (this.over) return;
    this.#leave = this.client.listen({
      progress: (loadedBytes, totalBytes) => this.tellProgress(loadedBytes, totalBytes),
      ready: (language) => {
        this.#language = language;
        this.become('listening');
      },
      heard: ({ words: all, final, backTo }) => {
        const words = all.map((word) => this.#clipped(word));
        if (backTo !== undefined) this.#transcript.rewind(backTo);
        if (final) this.#transcript.settle(words);
        else this.#transcript.guess(words);
        this.tell(this.#transcript.words);
      },
      lost: (error) => this.fail(error),
    });
    // who heard that it is ready may have stopped it, before there was a way out
    if (this.over) this.#leave();
  }

  #clipped(word: Word): Word {
    const { start, end } = word;
    return end <= this.#untilS ? word : { ...word, start: Math.min(start, this.#untilS), end: this.#untilS };
  }

  protected end(): void {
    this.#leave();
  }
}
