/** Loudness on a scale that follows the ear. */

/** The quietest the meter shows, decibels below full scale: a still room at a laptop's microphone. */
const FLOOR_DB = -60;
/** Where the meter is full: loud speech close by. */
const CEILING_DB = -12;

/** @param rms root mean square of the samples, 0 to 1. @returns how far the meter is filled, 0 to 1 */
export function meterFraction(rms: number): number {
  if (!(rms > 0)) return 0;
  const decibels = 20 * Math.log10(rms);
  return Math.min(1, Math.max(0, (decibels - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
}
