/** The GPU's crop, where it cuts out what the canvas does: drivers and browsers differ in what they make of a frame. */
import type { Cropper } from '../crop';
import type { DetectedFace, Picture } from '../detector';
import type { Scaling } from './crop-plan';
import { faultOf } from './fault-of';
import { GpuCrop } from './gpu-crop';
import { readGpu } from './read-gpu';

const WIDTH_PX = 128;
const HEIGHT_PX = 96;
/** Largest mean difference, of a deviation of 1: one grey level of 255 is 0.015. The two differ by rounding, 0.001 at most. */
const MOST = 0.01;

/** A face that is turned and leaves the picture. */
const FACE: DetectedFace = {
  box: { x: 50, y: 10, width: 90, height: 90 },
  score: 1,
  leftEye: { x: 75, y: 35 },
  rightEye: { x: 112, y: 47 },
};

/** Null where it fails, or shows something else. */
export async function checkedCrop(
  device: GPUDevice,
  scaling: Scaling,
  cropper: Cropper,
): Promise<GpuCrop | null> {
  let crop: GpuCrop | null = null;
  let frame: Picture | null = null;
  try {
    crop = await GpuCrop.create(device, scaling);
    frame = await testFrame();
    const wanted = cropper.crop(frame, FACE);
    const got = await seen(device, crop, frame, scaling);
    if (differenceOf(got, wanted, scaling) < MOST) return crop;
  } catch {
    // there is the canvas
  } finally {
    frame?.close();
  }
  crop?.close();
  return null;
}

async function seen(
  device: GPUDevice,
  crop: GpuCrop,
  frame: Picture,
  { sizePx }: Scaling,
): Promise<Float32Array> {
  const fault = await faultOf(device, () => crop.submit(frame, FACE));
  if (fault !== null) throw new TypeError('no crop', { cause: fault });
  const bytes = 4 * sizePx ** 2;
  return readGpu(device, bytes, (encoder, to) => encoder.copyBufferToBuffer(crop.faces, 0, to, 0, bytes));
}

function differenceOf(got: Float32Array, grey: Float32Array, { mean, std }: Scaling): number {
  let sum = 0;
  grey.forEach((value, index) => {
    sum += Math.abs((value - mean) / std - (got[index] ?? NaN));
  });
  return sum / grey.length;
}

/** Shades in both directions, each channel its own; a VideoFrame, as a camera's, where there are any. */
async function testFrame(): Promise<Picture> {
  const rgba = new Uint8ClampedArray(4 * WIDTH_PX * HEIGHT_PX);
  for (let at = 0; at < WIDTH_PX * HEIGHT_PX; at++) {
    const [x, y] = [at % WIDTH_PX, Math.floor(at / WIDTH_PX)];
    rgba.set([2 * x, 255 - x, 2 * y, 255], 4 * at);
  }
  if (!('VideoFrame' in globalThis)) return createImageBitmap(new ImageData(rgba, WIDTH_PX, HEIGHT_PX));
  const size = { codedWidth: WIDTH_PX, codedHeight: HEIGHT_PX };
  return new VideoFrame(rgba, { ...size, format: 'RGBX', timestamp: 0 });
}
