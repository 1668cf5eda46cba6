/** What samples may be. */

/** One NaN would stay in the speech gate's state for ever; a driver that gives garbage must not end the voice. */
export function inRange(samples: Float32Array): Float32Array {
  if (samples.every((sample) => Math.abs(sample) <= 1)) return samples;
  return samples.map((sample) => (Number.isNaN(sample) ? 0 : Math.min(Math.max(sample, -1), 1)));
}
