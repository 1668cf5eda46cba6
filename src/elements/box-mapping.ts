/** From pixels of the source frame to pixels of the element that shows it. */

import type { Box } from '../memobert/estimate';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** As CSS `object-fit`: `cover` fills the view and crops, `contain` shows all and leaves bars. */
export type Fit = 'cover' | 'contain';

/** NaN and what has no end are none. */
function isLength(value: number): boolean {
  return value > 0 && Number.isFinite(value);
}

/**
 * A box of the frame where the view shows it, in CSS pixels; null while either has no size.
 * @param mirrored the view shows the frame flipped left to right, as a mirror does
 */
export function mapBox(box: Box, frame: Size, view: Size, fit: Fit, mirrored: boolean): Box | null {
  if (![frame, view].every(({ width, height }) => isLength(width) && isLength(height))) return null;
  const scales = [view.width / frame.width, view.height / frame.height] as const;
  const scale = fit === 'cover' ? Math.max(...scales) : Math.min(...scales);
  const x = (view.width - frame.width * scale) / 2 + box.x * scale;
  const y = (view.height - frame.height * scale) / 2 + box.y * scale;
  const width = box.width * scale;
  const height = box.height * scale;
  return { x: mirrored ? view.width - x - width : x, y, width, height };
}
