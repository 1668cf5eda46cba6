/** Rates of sound that can be heard. The worker holds the same bounds, and ends by what is beyond; here it is refused before. */

export const LEAST_RATE_HZ = 3_000;
export const MOST_RATE_HZ = 768_000;

export function isSampleRate(hz: number): boolean {
  return Number.isInteger(hz) && hz >= LEAST_RATE_HZ && hz <= MOST_RATE_HZ;
}
