/** How much a face's crop has to read from. */

import type { Light } from '../../memobert/reliability';

/** @param grey 0..255 */
export function lightOf(grey: Float32Array): Light {
  let sum = 0;
  let squares = 0;
  for (const value of grey) {
    sum += value;
    squares += value * value;
  }
  const brightness = sum / Math.max(1, grey.length);
  const variance = squares / Math.max(1, grey.length) - brightness * brightness;
  return { brightness, contrast: Math.sqrt(Math.max(0, variance)) };
}
