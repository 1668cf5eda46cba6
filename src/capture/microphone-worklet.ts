/**
 * Runs in the audio thread: mixes to mono and posts chunks of about 50 ms.
 * Loaded by URL as a file of its own, so that a strict content policy holds; it imports nothing.
 */

/** What is posted; the samples' buffer is transferred. */
export interface PostedChunk {
  readonly samples: Float32Array<ArrayBuffer>;
  /** Audio clock of the first sample, in frames since the context began. */
  readonly startFrame: number;
  /** When it was posted, by the world's clock, the only one that both threads have: a busy page takes it late. */
  readonly postedMs: number;
}

export const PROCESSOR_NAME = 'memo-microphone';

const CHUNK_SECONDS = 0.05;

// the audio thread's globals, which TypeScript's DOM library leaves out
declare const sampleRate: number;
declare const currentFrame: number;
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

class MicrophoneProcessor extends AudioWorkletProcessor {
  readonly #size = Math.ceil(sampleRate * CHUNK_SECONDS);
  #chunk = new Float32Array(this.#size);
  #filled = 0;
  #startFrame = 0;
  #open = true;

  constructor() {
    super();
    this.port.onmessage = () => {
      this.#open = false; // the only message there is: close
    };
  }

  /** One block (usually 128 frames) of the first input, any number of channels; false ends the node. */
  process(inputs: readonly (readonly Float32Array[])[]): boolean {
    const channels = inputs[0] ?? [];
    const frames = channels[0]?.length ?? 0;
    for (let index = 0; index < frames; index += 1) {
      if (this.#filled === 0) this.#startFrame = currentFrame + index;
      let sum = 0;
      for (const channel of channels) sum += channel[index] ?? 0;
      this.#chunk[this.#filled] = sum / channels.length;
      this.#filled += 1;
      if (this.#filled === this.#size) this.#post();
    }
    return this.#open;
  }

  #post(): void {
    const [samples, startFrame] = [this.#chunk, this.#startFrame];
    const posted: PostedChunk = { samples, startFrame, postedMs: Date.now() };
    this.port.postMessage(posted, [samples.buffer]);
    this.#chunk = new Float32Array(this.#size);
    this.#filled = 0;
  }
}

registerProcessor(PROCESSOR_NAME, MicrophoneProcessor);
