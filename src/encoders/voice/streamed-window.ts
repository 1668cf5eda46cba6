/**
 * The voice by two graphs: what a frame is (25 ms of sound, every 20 ms) is computed once, as the sound comes, and only the transformer
 * sees the window again. Frames lie on a grid over the stream, so that overlapping windows share them.
 */

import type { Graph } from '../../runtime/graph';
import type { Manifest } from '../../runtime/manifest';
import { expectShape, floatOutput } from '../../runtime/graph-output';
import {
  levelOf,
  ownLogits,
  type EncodedWindow,
  type Heard,
  type Level,
  type WindowEncoder,
} from './heard-window';

/**
 * Frames normalised by one level serve until the window's own differs by more. The norms in the convolutions take a factor nearly out: at
 * 1.5 the answer moves by 0.015 to 0.017 (total variation), at 1.25 by 0.009; an offset of 0.001 deviations moves it by 0.01 (bench/README.md).
 */
const MOST_FACTOR = { centred: 1.5, otherwise: 1.25 };
/** In deviations; behind a high pass there is none. */
const MOST_OFFSET = 0.001;
/** With `fixed` shapes frames come in so many at once, or all of the window: two shapes to compile. Half a second has 25. */
const FIXED_STEP = 32;

export interface StreamedParts {
  /** `wav2vec2-features`: `waveform` f32 [1, T] -> `frames` f32 [1, F, featureSize]. */
  readonly frames: Graph;
  /** `wav2vec2-context`: `frames` f32 [1, F, featureSize] -> `features` f32 [1, F / pool, featureSize]. */
  readonly context: Graph;
  readonly voice: Manifest['voice'];
  /** `fixed` where each shape is compiled (WebGPU). */
  readonly shapes: 'fixed' | 'exact';
}

/** Frame numbers count from the stream's sample 0; frame `f` covers `reach` samples from `f * hop`. */
interface Grid {
  readonly hop: number;
  readonly reach: number;
  /** Frames in a window. */
  readonly count: number;
}

export function gridOf({
  sampleRateHz,
  tokenRateHz,
  pool,
  maxTokens,
  windowSamples,
}: Manifest['voice']): Grid {
  const hop = Math.round(sampleRateHz / tokenRateHz / pool);
  const count = maxTokens * pool;
  return { hop, count, reach: windowSamples - (count - 1) * hop };
}

/** Frames that a start has to compile for, with `fixed` shapes. */
export function fixedSteps(voice: Manifest['voice']): readonly number[] {
  const { count } = gridOf(voice);
  return count > FIXED_STEP ? [FIXED_STEP, count] : [count];
}

export class StreamedWindow implements WindowEncoder {
  readonly #parts: StreamedParts;
  readonly #grid: Grid;
  /** [count, featureSize], the newest last. */
  readonly #frames: Float32Array;
  #held: { readonly level: Level; readonly origin: number; readonly last: number } | null = null;

  constructor(parts: StreamedParts) {
    this.#parts = parts;
    this.#grid = gridOf(parts.voice);
    this.#frames = new Float32Array(this.#grid.count * parts.voice.featureSize);
  }

  /** What came after the last whole frame waits for the next. */
  get samples(): number {
    return this.#parts.voice.windowSamples + this.#grid.hop;
  }

  async encode(heard: Heard): Promise<EncodedWindow> {
    const { hop, reach, count } = this.#grid;
    const last = Math.floor((heard.start + heard.samples.length - reach) / hop);
    const start = (last - count + 1) * hop;
    const centred = this.#parts.voice.highPassHz !== undefined;
    const own = levelOf(between(heard, start, last * hop + reach), centred);
    const held = this.#held;
    const serves =
      held !== null && held.origin === heard.origin && held.last <= last && isNear(held.level, own, centred);
    const level = serves ? held.level : own;
    const fresh = serves ? Math.min(count, last - held.last) : count;
    // should the graph fail, no frame is trusted
    this.#held = null;
    if (fresh > 0) await this.#addFrames(heard, level, last, fresh);
    this.#held = { level, origin: heard.origin, last };
    return { ...(await this.#context()), start };
  }

  /** Runs the `fresh` frames up to `last`, or more where a shape is to be kept: those come out as they were. */
  async #addFrames(heard: Heard, level: Level, last: number, fresh: number): Promise<void> {
    const { voice, shapes, frames: graph } = this.#parts;
    const { hop, reach, count } = this.#grid;
    const run = shapes === 'exact' ? fresh : (fixedSteps(voice).find((step) => step >= fresh) ?? count);
    const data = normalised(heard, level, (last - run + 1) * hop, last * hop + reach);
    const outputs = await graph.run({ waveform: { type: 'float32', dims: [1, data.length], data } });
    const frames = floatOutput(outputs, 'frames', 'wav2vec2-features');
    expectShape(frames, [1, run, voice.featureSize], 'frames', 'wav2vec2-features');
    this.#frames.copyWithin(0, fresh * voice.featureSize);
    this.#frames.set(frames.data, (count - run) * voice.featureSize);
  }

  async #context(): Promise<Omit<EncodedWindow, 'start'>> {
    const { featureSize, maxTokens } = this.#parts.voice;
    const outputs = await this.#parts.context.run({
      frames: { type: 'float32', dims: [1, this.#grid.count, featureSize], data: this.#frames.slice() },
    });
    const features = floatOutput(outputs, 'features', 'wav2vec2-context');
    expectShape(features, [1, maxTokens, featureSize], 'features', 'wav2vec2-context');
    return { features: features.data, logits: ownLogits(outputs, 'wav2vec2-context') };
  }
}

/** Whether frames normalised by one are nearly those normalised by the other. */
function isNear(held: Level, own: Level, centred: boolean): boolean {
  const mostFactor = centred ? MOST_FACTOR.centred : MOST_FACTOR.otherwise;
  const factor = held.deviation / own.deviation;
  return (
    factor <= mostFactor &&
    factor >= 1 / mostFactor &&
    Math.abs(held.mean - own.mean) <= MOST_OFFSET * own.deviation
  );
}

/** What of `heard` lies from index `from` to before `to`. */
function between({ start, samples }: Heard, from: number, to: number): Float32Array {
  return samples.subarray(Math.max(0, from - start), Math.max(0, to - start));
}

/** Samples `from` to `to` by `level`; zeros, which are the mean, before the stream. */
function normalised(heard: Heard, { mean, deviation }: Level, from: number, to: number): Float32Array {
  const window = new Float32Array(to - from);
  const known = between(heard, from, to);
  const empty = window.length - known.length;
  known.forEach((sample, index) => {
    window[empty + index] = (sample - mean) / deviation;
  });
  return window;
}
