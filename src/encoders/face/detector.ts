/** MediaPipe's short-range face detector (BlazeFace) as plain boxes and points. */
import { FaceDetector, FilesetResolver, type Detection } from '@mediapipe/tasks-vision';
import { MemoError } from '../../errors';
import type { Box } from '../../memobert/estimate';

export type Picture = VideoFrame | ImageBitmap;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** In pixels of the frame; left and right as seen in the frame, not the subject's. */
export interface DetectedFace {
  readonly box: Box;
  /** 0 to 1. */
  readonly score: number;
  readonly leftEye: Point;
  readonly rightEye: Point;
  readonly noseTip: Point;
  readonly mouth: Point;
  readonly leftEar: Point;
  readonly rightEar: Point;
}

export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** What {@link FaceEncoder} needs of a detector; tests give their own. */
export interface Detector {
  detect(frame: Picture): readonly DetectedFace[];
  close(): void;
}

/** Lower finds faces in curtains. MediaPipe's own default. */
const MIN_CONFIDENCE = 0.5;

export class MediaPipeDetector implements Detector {
  readonly #detector: FaceDetector;

  private constructor(detector: FaceDetector) {
    this.#detector = detector;
  }

  /**
   * @param assetBase absolute URL of the folder that `scripts/prepare-assets.mjs` fills; ends with a slash
   * @throws MemoError `file-missing` when it cannot be loaded from there
   */
  static async create(assetBase: string): Promise<MediaPipeDetector> {
    try {
      // In a module worker `importScripts` throws: true asks for the module build.
      const files = await FilesetResolver.forVisionTasks(`${assetBase}mediapipe`, true);
      const detector = await FaceDetector.createFromOptions(files, {
        baseOptions: { modelAssetPath: `${assetBase}face_detector.tflite`, delegate: 'CPU' },
        runningMode: 'IMAGE',
        minDetectionConfidence: MIN_CONFIDENCE,
      });
      return new MediaPipeDetector(detector);
    } catch (cause) {
      throw new MemoError(
        'file-missing',
        `The face detector could not be loaded from ${assetBase}.`,
        'Run "node scripts/prepare-assets.mjs" and serve public/generated/ beside the page.',
        cause,
      );
    }
  }

  detect(frame: Picture): readonly DetectedFace[] {
    const size = sizeOf(frame);
    return this.#detector
      .detect(frame)
      .detections.flatMap((detection) => fromDetection(detection, size) ?? []);
  }

  close(): void {
    this.#detector.close();
  }
}

/** In pixels, as `drawImage` draws it. */
export function sizeOf(frame: Picture): FrameSize {
  return 'displayWidth' in frame
    ? { width: frame.displayWidth, height: frame.displayHeight }
    : { width: frame.width, height: frame.height };
}

/** Null for a detection without its six points. */
export function fromDetection(
  { boundingBox, keypoints, categories }: Detection,
  { width, height }: FrameSize,
): DetectedFace | null {
  // BlazeFace's order: the subject's right eye first, which the frame shows on the left.
  const [leftEye, rightEye, noseTip, mouth, leftEar, rightEar] = keypoints.map(({ x, y }) => ({
    x: x * width,
    y: y * height,
  }));
  if (!boundingBox || !leftEye || !rightEye || !noseTip || !mouth || !leftEar || !rightEar) return null;
  const { originX: x, originY: y } = boundingBox;
  return {
    box: { x, y, width: boundingBox.width, height: boundingBox.height },
    score: categories[0]?.score ?? 0,
    leftEye,
    rightEye,
    noseTip,
    mouth,
    leftEar,
    rightEar,
  };
}
