/** Which of the faces is the one followed: the largest at first, then the one that overlaps where it was. */
import type { Box } from '../../memobert/estimate';

/** Not seen for this long, though somebody looked, it has left, and the largest face is followed from then on. */
const LOST_S = 1;
/** At 10 frames a second a head that turns or nears overlaps by far more than this; another head does not. */
const MIN_OVERLAP = 0.2;

export class FaceTracker {
  #last: { readonly box: Box; readonly timeS: number } | null = null;
  /** Of a choice that no frame has met yet. */
  #chosen: Box | null = null;
  /** The last frame had nobody in it, long after who was followed. */
  #left = false;
  /** Somebody else was followed in the last frame, or waited for, than before it. */
  turned = false;

  /** Where the followed face was last; null when none is followed, or it has left. */
  get expected(): Box | null {
    return this.#chosen ?? (this.#left ? null : (this.#last?.box ?? null));
  }

  /**
   * @param boxes of all faces in the frame
   * @param timeS source's clock; one that goes back by more than a second begins anew
   * @returns index of the followed face; null while it is out of sight
   */
  follow(boxes: readonly Box[], timeS: number): number | null {
    const before = this.#last;
    if (this.#chosen !== null) this.#last = { box: this.#chosen, timeS };
    this.#chosen = null;
    const last = this.#last;
    let followed = last && mostOverlapping(boxes, last.box);
    const lost = !(last && Math.abs(timeS - last.timeS) <= LOST_S);
    if (followed === null && lost) followed = largest(boxes);
    this.#left = lost && followed === null;
    const box = followed === null ? undefined : boxes[followed];
    if (box) this.#last = { box, timeS };
    this.turned = before !== null && this.#last !== null && overlap(before.box, this.#last.box) < MIN_OVERLAP;
    return followed;
  }

  /** Follows whoever is at this box in the next frame, whatever was followed before. */
  choose(box: Box): void {
    this.#chosen = box;
  }

  reset(): void {
    this.#last = this.#chosen = null;
    this.#left = false;
  }
}

/** Intersection over union, 0 to 1. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

function mostOverlapping(boxes: readonly Box[], last: Box): number | null {
  return best(boxes, (box) => {
    const value = overlap(box, last);
    return value >= MIN_OVERLAP ? value : null;
  });
}

function largest(boxes: readonly Box[]): number | null {
  return best(boxes, (box) => box.width * box.height);
}

/** Index of the box with the highest value; a null value takes no part. */
function best(boxes: readonly Box[], value: (box: Box) => number | null): number | null {
  let index: number | null = null;
  let highest = -Infinity;
  boxes.forEach((box, at) => {
    const own = value(box);
    if (own === null || own <= highest) return;
    highest = own;
    index = at;
  });
  return index;
}
