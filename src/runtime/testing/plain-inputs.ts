import type { GraphInputs, PlainTensor } from '../graph';

/** For graphs of tests, which have no GPU. */
export function plainInputs(inputs: GraphInputs): Record<string, PlainTensor> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => {
      if (!('data' in input)) throw new TypeError(`${name} is on a GPU`);
      return [name, input];
    }),
  );
}
