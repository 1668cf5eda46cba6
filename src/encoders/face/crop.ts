/** A frame and where its face is -> the grey square that DenseFace takes. */
import { context2d } from './canvas';
import type { DetectedFace, Picture } from './detector';
import { cropTransform, FERPLUS_FRAMING, stepOf, TRAINING_PX, type Framing } from './framing';
import { enlarge, greyAverage } from './grey';

/** What {@link FaceEncoder} needs of a cropper; tests give their own. */
export interface Cropper {
  /** Grey 0..255, [sizePx, sizePx] row-major. */
  crop(frame: Picture, face: DetectedFace): Float32Array;
  close(): void;
}

export class CanvasCropper implements Cropper {
  readonly #canvas = new OffscreenCanvas(TRAINING_PX, TRAINING_PX);
  readonly #context: OffscreenCanvasRenderingContext2D;

  /** @param framing another than ours is for measuring it: `training/browser_path/measure-framing.mjs` */
  constructor(
    readonly sizePx: number,
    readonly framing: Framing = FERPLUS_FRAMING,
  ) {
    this.#context = context2d(this.#canvas);
  }

  crop(frame: Picture, face: DetectedFace): Float32Array {
    // `drawImage` takes at most 2x2 source pixels for one: so it draws at about the frame's own scale, and we average.
    const step = stepOf(face, this.framing);
    const drawnPx = TRAINING_PX * step;
    // Also clears it: what is outside of the frame stays transparent.
    this.#canvas.width = drawnPx;
    this.#canvas.height = drawnPx;
    const { a, b, c, d, e, f } = cropTransform(face, drawnPx, this.framing);
    this.#context.imageSmoothingQuality = 'low';
    this.#context.setTransform(a, b, c, d, e, f);
    this.#context.drawImage(frame, 0, 0);
    const { data } = this.#context.getImageData(0, 0, drawnPx, drawnPx);
    return enlarge(greyAverage(data, TRAINING_PX, step), TRAINING_PX, this.sizePx);
  }

  close(): void {
    this.#canvas.width = 0;
    this.#canvas.height = 0;
  }
}
