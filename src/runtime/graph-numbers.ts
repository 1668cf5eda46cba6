/** Whether what a graph answered can be worked with. */

import { MemoError } from '../errors';

/** @throws MemoError `graph-invalid` for NaN and what is infinite: with one in the evidence, no estimate is a number any more */
export function expectNumbers(data: Float32Array, name: string, graph: string): void {
  if (data.every((value) => Number.isFinite(value))) return;
  throw new MemoError(
    'graph-invalid',
    `The graph ${graph} gives "${name}" with values that are no numbers.`,
    'Choose the CPU instead; if it is the same there, export the bundle again.',
  );
}
