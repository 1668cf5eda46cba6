/** A sound with an end, by a resampler that knows streams alone. */

import type { Resampler } from '../voice/resample';

/** More than the zero crossings of its filter on one side. */
const CROSSINGS = 40;

/** All that the resampler makes of the parts, one after the other, with silence behind them; afterwards it is as new. */
export function resampled(resampler: Resampler, parts: readonly Float32Array[]): Float32Array {
  const { rateInHz, rateOutHz } = resampler;
  const silence = new Float32Array(Math.ceil(CROSSINGS * Math.max(1, rateInHz / rateOutHz)));
  const made = [...parts, silence].flatMap((part) => Array.from(resampler.push(part)));
  resampler.reset();
  const given = parts.reduce((sum, { length }) => sum + length, 0);
  return Float32Array.from(made.slice(0, Math.ceil((given * rateOutHz) / rateInHz)));
}
