/** Where a guide's box stands: below what it speaks of, else above it, else at the window's lower edge; never outside. */

export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** CSS pixels between the box and what it speaks of, and to the window's edge. */
export const GUIDE_GAP = 12;

/**
 * @param anchor in the window
 * @param box its size
 * @param view the window's size
 */
export function guidePlace(
  anchor: Area,
  box: Pick<Area, 'width' | 'height'>,
  view: Pick<Area, 'width' | 'height'>,
): Pick<Area, 'left' | 'top'> {
  const left = within(anchor.left, GUIDE_GAP, view.width - box.width - GUIDE_GAP);
  const below = anchor.top + anchor.height + GUIDE_GAP;
  const above = anchor.top - GUIDE_GAP - box.height;
  const lowest = view.height - box.height - GUIDE_GAP;
  if (below <= lowest && below >= GUIDE_GAP) return { left, top: below };
  if (above >= GUIDE_GAP && above <= lowest) return { left, top: above };
  return { left, top: Math.max(GUIDE_GAP, lowest) };
}

function within(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
