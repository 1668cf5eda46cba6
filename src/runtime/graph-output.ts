/** Takes an output of a graph apart, and names what is wrong with a bundle whose graph is another one. */

import { MemoError } from '../errors';
import type { PlainTensor } from './graph';

/**
 * @param graph name for the message
 * @throws MemoError `graph-invalid` when there is no such output or it holds other numbers, or none (NaN, infinite)
 */
export function floatOutput(
  outputs: Readonly<Record<string, PlainTensor>>,
  name: string,
  graph: string,
): Extract<PlainTensor, { type: 'float32' }> {
  const tensor = outputs[name];
  if (tensor?.type === 'float32') {
    expectNumbers(tensor.data, name, graph);
    return tensor;
  }
  throw new MemoError(
    'graph-invalid',
    `The graph ${graph} gives no float32 output "${name}".`,
    'Use a bundle whose graphs and manifest.json were exported together.',
  );
}

/** @throws MemoError `graph-invalid` when an output has another shape than the manifest says */
export function expectShape(
  tensor: PlainTensor,
  dims: readonly (number | null)[],
  name: string,
  graph: string,
): void {
  expectDims(tensor.dims, dims, name, graph);
}

/** @throws MemoError `graph-invalid` as {@link expectShape}; of an output that is not there too */
export function expectDims(
  got: readonly number[] = [],
  dims: readonly (number | null)[],
  name: string,
  graph: string,
): void {
  const fits = got.length === dims.length && dims.every((want, axis) => want === null || want === got[axis]);
  if (fits) return;
  throw new MemoError(
    'graph-invalid',
    `The graph ${graph} gives "${name}" as [${got.join(', ')}], the manifest says [${dims.map((want) => want ?? '?').join(', ')}].`,
    'Use a bundle whose graphs and manifest.json were exported together.',
  );
}

/** @throws MemoError `graph-invalid` for NaN and what is infinite: with one in the evidence, no estimate is a number any more */
export function expectNumbers(data: Float32Array, name: string, graph: string): void {
  if (data.every((value) => Number.isFinite(value))) return;
  throw new MemoError(
    'graph-invalid',
    `The graph ${graph} gives "${name}" with values that are no numbers.`,
    'Set device="wasm"; if it is the same there, export the bundle again.',
  );
}
