/** The voice by one graph, which sees the whole window each time. */

import type { Graph } from '../../runtime/graph';
import type { Manifest } from '../../runtime/manifest';
import { expectShape, floatOutput } from '../../runtime/graph-output';
import { levelOf, ownLogits, type EncodedWindow, type Heard, type WindowEncoder } from './heard-window';

export class WholeWindow implements WindowEncoder {
  readonly #graph: Graph;
  readonly #voice: Manifest['voice'];

  /** @param graph `wav2vec2`: `waveform` f32 [1, windowSamples] -> `features` f32 [1, F, featureSize] */
  constructor(graph: Graph, voice: Manifest['voice']) {
    this.#graph = graph;
    this.#voice = voice;
  }

  get samples(): number {
    return this.#voice.windowSamples;
  }

  async encode({ start, samples }: Heard): Promise<EncodedWindow> {
    const { windowSamples, featureSize, highPassHz } = this.#voice;
    const data = fixedWindow(samples, windowSamples, highPassHz !== undefined);
    const outputs = await this.#graph.run({ waveform: { type: 'float32', dims: [1, windowSamples], data } });
    const features = floatOutput(outputs, 'features', 'wav2vec2');
    expectShape(features, [1, null, featureSize], 'features', 'wav2vec2');
    return {
      features: features.data,
      logits: ownLogits(outputs, 'wav2vec2'),
      start: start + samples.length - windowSamples,
    };
  }
}

/**
 * The fixed window that the graph runs: zero mean and unit variance over what was heard, at the end;
 * zeros, which are the mean, in front of it.
 */
export function fixedWindow(heard: Float32Array, windowSamples: number, centred = false): Float32Array {
  const { mean, deviation } = levelOf(heard, centred);
  const window = new Float32Array(windowSamples);
  const empty = windowSamples - heard.length;
  heard.forEach((sample, index) => {
    window[empty + index] = (sample - mean) / deviation;
  });
  return window;
}
