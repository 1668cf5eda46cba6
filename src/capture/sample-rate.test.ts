import { expect, it } from 'vitest';
import { Resampler } from '../encoders/voice/resample';
import { isSampleRate, LEAST_RATE_HZ, MOST_RATE_HZ } from './sample-rate';

it.each([
  ...[LEAST_RATE_HZ, LEAST_RATE_HZ - 1, MOST_RATE_HZ, MOST_RATE_HZ + 1],
  ...[8000, 44_100, 44_100.5, 0, -16_000, Number.NaN, Infinity],
])('%d Hz is taken where it can be resampled', (hz) => {
  const resampled = expect(() => new Resampler(hz, 16_000));
  if (isSampleRate(hz)) resampled.not.toThrow();
  else resampled.toThrow();
});
