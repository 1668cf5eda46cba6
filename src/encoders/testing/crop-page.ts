/** The crop as a page's script: built by `tests/crop-parity.e2e.ts`, because canvases are the browser's alone. */
import { CanvasCropper } from '../face/crop';
import type { DetectedFace, Picture } from '../face/detector';
import { testPicture } from './parity-signals';

export interface CropCase extends Pick<DetectedFace, 'box' | 'leftEye' | 'rightEye'> {
  readonly width: number;
  readonly height: number;
}

/** What a frame is made from: RGBA as a canvas or a file gives it, or luma and (no) colour as many cameras give it. */
export type FrameKind = 'bitmap' | 'rgba' | 'i420';

export interface CroppedPicture {
  /** Mean of all channels of the picture, to know that it is the same one. */
  readonly pictureMean: number;
  readonly grey: readonly number[];
}

export async function cropped(asked: CropCase, kind: FrameKind, sizePx: number): Promise<CroppedPicture> {
  const { width, height, box, leftEye, rightEye } = asked;
  const rgba = testPicture(width, height);
  const colours = rgba.filter((_, index) => index % 4 !== 3);
  const frame = await frameOf(rgba, width, height, kind);
  const cropper = new CanvasCropper(sizePx);
  const grey = cropper.crop(frame, { box, leftEye, rightEye, score: 1 });
  cropper.close();
  frame.close();
  const sum = colours.reduce((total, value) => total + value, 0);
  return { pictureMean: sum / colours.length, grey: Array.from(grey) };
}

export async function frameOf(
  rgba: Uint8ClampedArray<ArrayBuffer>,
  width: number,
  height: number,
  kind: FrameKind,
): Promise<Picture> {
  if (kind === 'bitmap') return createImageBitmap(new ImageData(rgba, width, height));
  const size = { codedWidth: width, codedHeight: height, timestamp: 0 };
  if (kind === 'rgba') return new VideoFrame(rgba, { ...size, format: 'RGBX' });
  // ITU-R 601 at video levels: 16 is black, 235 white, 128 is no colour.
  const planes = new Uint8Array((width * height * 3) / 2).fill(128);
  for (let index = 0; index < width * height; index++) {
    const [red = 0, green = 0, blue = 0] = rgba.subarray(4 * index, 4 * index + 3);
    planes[index] = Math.round(16 + ((0.299 * red + 0.587 * green + 0.114 * blue) * 219) / 255);
  }
  return new VideoFrame(planes, { ...size, format: 'I420' });
}
