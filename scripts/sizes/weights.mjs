/** What one visitor downloads as weights on each backend, told by the groups of a build's files: without what only comes with them. */

import { sumOf } from './report.mjs';

const WEIGHTS = /\.(?:onnx|tflite)$/;
/** What fills in masked faces and voice, the only graph that comes late. */
const PLAYGROUND = /\/memobert-heads\.onnx$/;

/** The most bytes, gzip, of all that one visitor downloads. */
export const WEIGHT_LIMITS = { wasm: 25_000_000, webgpu: 30_000_000 };

/**
 * @param {import('./report.mjs').Sized[]} sized
 * @param {keyof WEIGHT_LIMITS} backend
 * @returns {Record<'graphs' | 'untilEstimate' | 'playground', { gzip: number, brotli: number }>} bytes, each with those before it.
 *   `graphs`: of the model; `untilEstimate`: with speech gate and face detector; `playground`: with what opening it fetches
 */
export function weightBytes(sized, backend) {
  const weights = sized.filter(({ name }) => WEIGHTS.test(name));
  const model = ['model', `model-${backend}`];
  const senses = [...model, 'senses'];
  const playground = weights.filter(({ name, group }) => group !== 'late' || PLAYGROUND.test(name));
  return {
    graphs: sumOf(weights, model),
    untilEstimate: sumOf(weights, senses),
    playground: sumOf(playground, [...senses, 'late']),
  };
}
