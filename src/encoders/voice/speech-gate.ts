/**
 * Where there is speech: Silero VAD v5 (https://github.com/snakers4/silero-vad), each block of 512 samples at 16 kHz once, in order.
 * Graph: `input` f32 [1, 64 + 512], `state` f32 [2, 1, 128], `sr` i64 [] -> `output` f32 [1, 1], `stateN` f32 [2, 1, 128].
 */
import type { Graph } from '../../runtime/graph';
import { floatOutput } from '../../runtime/graph-output';

export const GATE_RATE_HZ = 16_000;
export const BLOCK_SAMPLES = 512;
/** The end of the block before goes in front: without it quiet voices are missed (measured: 6 % instead of 47 % of a RAVDESS clip). */
const CONTEXT_SAMPLES = 64;
const STATE_DIMS = [2, 1, 128] as const;
/** Speech begins at the one and ends below the other, as in Silero's own iterator. */
const ON = 0.5;
const OFF = 0.35;
/** Fewer blocks than this (0.1 s) within a window are a click or a breath. */
const MIN_BLOCKS = 3;

/** What the gate reads from: `SampleRing`. */
export interface SampleSource {
  readonly start: number;
  readonly end: number;
  read(index: number, count: number): Float32Array;
}

/** Sample indexes of the source; `end` is one past the last. */
export interface SpeechSpan {
  readonly start: number;
  readonly end: number;
}

export class SpeechGate {
  readonly #graph: Graph;
  #state: Float32Array = new Float32Array(STATE_DIMS[0] * STATE_DIMS[2]);
  #context: Float32Array = new Float32Array(CONTEXT_SAMPLES);
  #speaking = false;
  /** First sample not heard yet. */
  #next = 0;
  /** Which stream this is: an answer that comes after a reset belongs to none. */
  #stream = 0;
  /** First samples of the blocks with speech, ascending. */
  #speech: number[] = [];

  private constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The graph stays its owner's: closing it is not ours. */
  static create(graph: Graph): SpeechGate {
    return new SpeechGate(graph);
  }

  /** Hears all whole blocks of the source that it has not heard; what was overwritten meanwhile is skipped. */
  async follow(source: SampleSource): Promise<void> {
    for (;;) {
      // the source may drop what it had while a block is heard, too
      if (this.#next < source.start) {
        this.#forgetStream();
        this.#next = source.start;
        this.#speech = this.#speech.filter((start) => start >= source.start - BLOCK_SAMPLES);
      }
      const start = this.#next;
      if (start + BLOCK_SAMPLES > source.end) break;
      const stream = this.#stream;
      const probability = await this.#hear(source.read(start, BLOCK_SAMPLES));
      if (this.#stream !== stream) return;
      this.#next = start + BLOCK_SAMPLES;
      this.#speaking = probability >= (this.#speaking ? OFF : ON);
      if (this.#speaking) this.#speech.push(start);
    }
    const oldest = source.start - BLOCK_SAMPLES;
    while ((this.#speech[0] ?? oldest) < oldest) this.#speech.shift();
  }

  /** From the first to the last speech heard at or after sample `from`; null when there was none to speak of. */
  spanSince(from: number): SpeechSpan | null {
    const heard = this.#speech.filter((start) => start + BLOCK_SAMPLES > from);
    const first = heard[0];
    const last = heard.at(-1);
    if (first === undefined || last === undefined || heard.length < MIN_BLOCKS) return null;
    return { start: Math.max(first, from), end: last + BLOCK_SAMPLES };
  }

  /** Forgets what was heard; sample `next` of the source is the first of a new stream. */
  reset(next: number): void {
    this.#forgetStream();
    this.#next = next;
    this.#speech = [];
  }

  #forgetStream(): void {
    this.#state = new Float32Array(this.#state.length);
    this.#context = new Float32Array(CONTEXT_SAMPLES);
    this.#speaking = false;
    this.#stream++;
  }

  async #hear(block: Float32Array): Promise<number> {
    const input = new Float32Array(CONTEXT_SAMPLES + BLOCK_SAMPLES);
    input.set(this.#context);
    input.set(block, CONTEXT_SAMPLES);
    const stream = this.#stream;
    const outputs = await this.#graph.run({
      input: { type: 'float32', dims: [1, input.length], data: input },
      state: { type: 'float32', dims: STATE_DIMS, data: this.#state },
      sr: { type: 'int64', dims: [], data: BigInt64Array.of(BigInt(GATE_RATE_HZ)) },
    });
    const probability = floatOutput(outputs, 'output', 'speech gate').data[0] ?? 0;
    if (this.#stream === stream) {
      this.#state = floatOutput(outputs, 'stateN', 'speech gate').data;
      this.#context = block.slice(-CONTEXT_SAMPLES);
    }
    return probability;
  }
}
