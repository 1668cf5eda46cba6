/**
 * Where to look for faces, so that a detector made for faces near the camera also finds and measures those further away.
 *
 * Measured on FER+ faces pasted on 640x480: the detector finds 53 % of faces of 144 pixels in the whole frame, 97 % of those of
 * 288, and its box and points spread and shrink the smaller the face is. So the followed face is looked at once more from near.
 */
import type { Box } from '../../memobert/estimate';
import type { DetectedFace, Detector, FrameSize, Picture } from './detector';
import { overlap } from './tracker';

/** Side of the region around a face over its box: the face then has the size that the detector measures best. */
const NEAR = 2.4;
/** Two boxes that overlap by this are one face. */
const SAME = 0.3;
/** Side of a tile over the frame's shorter side: finds faces of a fifth of it. */
const TILE = 0.6;
/** No face is found in fewer pixels. */
const SMALLEST_FRAME_PX = 16;
/** Long side over the short one: a strip that is longer would be hundreds of tiles. */
const LONGEST = 50;

export class FaceFinder {
  readonly #detector: Detector;
  #tile = 0;

  constructor(detector: Detector) {
    this.#detector = detector;
  }

  /**
   * @param expected where the followed face was, if it is followed
   * @returns all faces found, each once
   */
  find(frame: Picture, size: FrameSize, expected: Box | null): readonly DetectedFace[] {
    const faces = this.#detector.look(frame, { x: 0, y: 0, ...size });
    if (expected !== null) {
      if (faces.some(({ box }) => overlap(box, expected) >= SAME)) return faces;
      return merged(faces, this.#detector.look(frame, around(expected)));
    }
    if (faces.length > 0) return faces;
    // One tile a frame: a face far away is found within a second, at the cost of one look.
    const places = tiles(size);
    const tile = places[this.#tile++ % places.length];
    return tile ? this.#detector.look(frame, tile) : [];
  }

  /** The same face measured from near; as it was if it is not found again. */
  refine(frame: Picture, face: DetectedFace): DetectedFace {
    const [best] = [...this.#detector.look(frame, around(face.box))].sort(
      (a, b) => overlap(b.box, face.box) - overlap(a.box, face.box),
    );
    return best && overlap(best.box, face.box) >= SAME ? best : face;
  }

  reset(): void {
    this.#tile = 0;
  }

  close(): void {
    this.#detector.close();
  }
}

/** A square about the box's middle; may reach beyond the frame. */
export function around({ x, y, width, height }: Box): Box {
  const side = NEAR * Math.sqrt(width * height);
  return { x: x + width / 2 - side / 2, y: y + height / 2 - side / 2, width: side, height: side };
}

/** Squares that cover the frame (none of a sliver, which holds no face) and overlap by at least half, those in the middle first. */
export function tiles({ width, height }: FrameSize): readonly Box[] {
  if (
    Math.min(width, height) < SMALLEST_FRAME_PX ||
    Math.max(width, height) > LONGEST * Math.min(width, height)
  )
    return [];
  const side = TILE * Math.min(width, height);
  const starts = (length: number) => {
    const steps = Math.max(1, Math.ceil((length - side) / (side / 2)));
    return Array.from({ length: steps + 1 }, (_, step) => ((length - side) * step) / steps);
  };
  const places = starts(height).flatMap((y) =>
    starts(width).map((x) => ({ x, y, width: side, height: side })),
  );
  const offCentre = ({ x, y }: Box) => Math.hypot(x + side / 2 - width / 2, y + side / 2 - height / 2);
  return places.sort((a, b) => offCentre(a) - offCentre(b));
}

function merged(faces: readonly DetectedFace[], more: readonly DetectedFace[]): readonly DetectedFace[] {
  return [...faces, ...more.filter((face) => faces.every(({ box }) => overlap(box, face.box) < SAME))];
}
