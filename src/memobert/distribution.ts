/** Arithmetic on distributions. */

/** Softmax of `values / temperature`; sums to 1 for any finite values and any temperature above 0. */
export function softmax(values: ArrayLike<number>, temperature = 1): number[] {
  const most = Array.from(values).reduce((a, b) => Math.max(a, b), -Infinity);
  // the difference first: a quotient by a small temperature may be endless
  const powers = Array.from(values, (value) => Math.exp((value - most) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** Half the sum of absolute differences: 0 for equal, 1 for disjoint distributions. */
export function totalVariation(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / 2;
}

/** Indices of the `count` largest values that `keep` admits, largest first. */
export function topIndices(
  values: ArrayLike<number>,
  count: number,
  keep: (index: number) => boolean,
): number[] {
  const best: number[] = [];
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? -Infinity;
    const last = best.at(-1);
    if (best.length === count && last !== undefined && value <= (values[last] ?? -Infinity)) continue;
    if (!keep(index)) continue;
    const place = best.findIndex((other) => (values[other] ?? -Infinity) < value);
    best.splice(place < 0 ? best.length : place, 0, index);
    if (best.length > count) best.pop();
  }
  return best;
}
