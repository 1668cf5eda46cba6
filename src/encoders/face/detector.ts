/** MediaPipe's short-range face detector (BlazeFace) as plain boxes and eyes. */
import { FaceDetector, type Detection } from '@mediapipe/tasks-vision';
import { MemoError } from '../../errors';
import type { Box } from '../../memobert/estimate';
import { gpuLost } from '../../runtime/gpu-loss';
import { context2d } from './canvas';

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
}

export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** What MediaPipe runs; whoever fetched it has checked it. */
export interface DetectorFiles {
  /** `vision_wasm_module_internal.wasm`. */
  readonly wasm: Uint8Array<ArrayBuffer>;
  /** `face_detector.tflite`. */
  readonly model: Uint8Array;
}

/** What {@link FaceFinder} needs of a detector; tests give their own. */
export interface Detector {
  /**
   * Faces in a region of the frame, which may reach beyond it; all numbers in pixels of the frame.
   * @throws MemoError `device-gpu-lost`
   */
  look(frame: Picture, region: Box): readonly DetectedFace[];
  close(): void;
}

/** Lower finds faces in curtains. MediaPipe's own default. */
const MIN_CONFIDENCE = 0.5;
/** Long side of what the detector is shown. It sees 128 pixels itself; to hand it whole frames costs more than to shrink them. */
const LOOK_PX = 256;

/** A face has a pixel at least, and lies where canvas arithmetic still tells pixels apart. */
const SMALLEST_PX = 1;
const FARTHEST_PX = 1e6;

export class MediaPipeDetector implements Detector {
  readonly #detector: FaceDetector;
  readonly #canvas = new OffscreenCanvas(LOOK_PX, LOOK_PX);
  readonly #context: OffscreenCanvasRenderingContext2D;

  private constructor(
    detector: FaceDetector,
    private readonly given: OffscreenCanvas,
  ) {
    this.#detector = detector;
    this.#context = context2d(this.#canvas);
  }

  /**
   * @param assetBase absolute URL of the folder `generated/`; ends with a slash
   * @param files of that folder, checked
   * @throws MemoError `file-missing` when the script beside them cannot be loaded
   */
  static async create(assetBase: string, files: DetectorFiles): Promise<MediaPipeDetector> {
    await provideModule(assetBase, files.wasm);
    // both are there: nothing is requested
    const fileset = { wasmLoaderPath: '', wasmBinaryPath: '' };
    // by the name of any browser of iOS but Safari, MediaPipe would make one in a document, which a worker has not
    const canvas = new OffscreenCanvas(1, 1);
    const detector = await FaceDetector.createFromOptions(fileset, {
      baseOptions: { modelAssetBuffer: files.model, delegate: 'CPU' },
      canvas,
      runningMode: 'IMAGE',
      minDetectionConfidence: MIN_CONFIDENCE,
    });
    return new MediaPipeDetector(detector, canvas);
  }

  look(frame: Picture, region: Box): readonly DetectedFace[] {
    const scale = LOOK_PX / Math.max(region.width, region.height);
    // Also clears it.
    this.#canvas.width = Math.max(1, Math.round(region.width * scale));
    this.#canvas.height = Math.max(1, Math.round(region.height * scale));
    this.#context.imageSmoothingQuality = 'medium';
    this.#context.setTransform(scale, 0, 0, scale, -region.x * scale, -region.y * scale);
    this.#context.drawImage(frame, 0, 0);
    return this.#detect().flatMap((detection) => fromDetection(detection, region, scale) ?? []);
  }

  /** Without its context (the GPU reset, memory short, a phone's page in the background) MediaPipe finds nobody, or throws anything. */
  #detect(): readonly Detection[] {
    const isLost = () => this.given.getContext('webgl2')?.isContextLost();
    try {
      const { detections } = this.#detector.detect(this.#canvas);
      if (!isLost()) return detections;
    } catch (error) {
      if (!isLost()) throw error;
    }
    throw gpuLost('WebGL');
  }

  close(): void {
    this.#detector.close();
    this.#canvas.width = 0;
    this.#canvas.height = 0;
  }
}

/** Finds nobody. */
export const BLIND: Detector = { look: () => [], close: () => undefined };

/**
 * MediaPipe reads every picture through WebGL 2, also where it computes on the CPU. `capture-unsupported` where a worker has
 * none: hardware acceleration switched off, an old Safari.
 */
export function noWebGl(canvas: Pick<OffscreenCanvas, 'getContext'>): MemoError | null {
  if (canvas.getContext('webgl2') !== null) return null;
  return new MemoError(
    'capture-unsupported',
    'This browser gives a worker no WebGL, which finding faces needs.',
    'Switch on hardware acceleration in the browser’s settings, or use another browser or a newer one.',
  );
}

/**
 * MediaPipe takes its module from a global that it clears after use, and a module sets it only the first time it is imported:
 * left to itself, it makes one detector per worker and no second after an error.
 */
async function provideModule(assetBase: string, wasm: Uint8Array<ArrayBuffer>): Promise<void> {
  const compiled = await WebAssembly.compile(wasm);
  try {
    const module = (await import(
      // MediaPipe's build for module workers
      /* @vite-ignore */ /* webpackIgnore: true */ /* turbopackIgnore: true */ `${assetBase}mediapipe/vision_wasm_module_internal.js`
    )) as { default: (options: object) => unknown };
    // Emscripten's own way to be given its WebAssembly: what runs is what was checked. Bytes it would keep for ever
    const instantiateWasm = (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) =>
      done(new WebAssembly.Instance(compiled, imports));
    const make = (options: object) => module.default({ ...options, instantiateWasm });
    Object.assign(globalThis, { ModuleFactory: make });
  } catch (cause) {
    throw new MemoError(
      'file-missing',
      `The face detector could not be loaded from ${assetBase}.`,
      'Check the connection and press Start again. If it comes back, the file is missing on the server: npx memo-bert-assets FOLDER copies it.',
      cause,
    );
  }
}

/** In pixels, as `drawImage` draws it. */
export function sizeOf(frame: Picture): FrameSize {
  return 'displayWidth' in frame
    ? { width: frame.displayWidth, height: frame.displayHeight }
    : { width: frame.width, height: frame.height };
}

/**
 * From pixels of a shrunk region to those of the frame; null for a detection without eyes, or with numbers that
 * mark no face: a crop by them would be empty or endless.
 * @param scale pixels shown to the detector for one of the frame
 */
export function fromDetection(
  { boundingBox, keypoints, categories }: Detection,
  region: Box,
  scale: number,
): DetectedFace | null {
  // BlazeFace's order: the subject's right eye first, which the frame shows on the left.
  const [leftEye, rightEye] = keypoints.map(({ x, y }) => ({
    x: region.x + x * region.width,
    y: region.y + y * region.height,
  }));
  if (!boundingBox || !leftEye || !rightEye) return null;
  const box = {
    x: region.x + boundingBox.originX / scale,
    y: region.y + boundingBox.originY / scale,
    width: boundingBox.width / scale,
    height: boundingBox.height / scale,
  };
  const numbers = [box, leftEye, rightEye].flatMap((each) => Object.values(each));
  if (numbers.some((value) => !(Math.abs(value) <= FARTHEST_PX))) return null;
  if (box.width < SMALLEST_PX || box.height < SMALLEST_PX) return null;
  return { box, score: Math.min(Math.max(categories[0]?.score || 0, 0), 1), leftEye, rightEye };
}
