/** A frame -> all faces in it, and DenseFace's features of the one that is followed. */
import type { MemoError } from '../../errors';
import { lateScript } from '../../late-script';
import { softmax } from '../../memobert/distribution';
import type { Box } from '../../memobert/estimate';
import type { Feature } from '../../memobert/feature-store';
import type { Graph } from '../../runtime/graph';
import type { Manifest } from '../../runtime/manifest';
import type { FaceAnswer } from '../../runtime/protocol';
import { expectShape, floatOutput } from '../../runtime/graph-output';
import { CanvasCropper, type Cropper } from './crop';
import {
  BLIND,
  MediaPipeDetector,
  noWebGl,
  sizeOf,
  type DetectedFace,
  type Detector,
  type DetectorFiles,
  type Picture,
} from './detector';
import { FaceFinder } from './finder';
import type { GpuFace } from './gpu';
import { lightOf } from './light';
import { FaceTracker } from './tracker';

export interface FaceEncoderOptions {
  /** Absolute URL of the folder `generated/`; ends with a slash. */
  readonly assetBase: string;
  /** Null where the caller brings parts of its own. */
  readonly detector: DetectorFiles | null;
  /** `denseface`: `faces` f32 [1, 1, sizePx, sizePx] -> `features` f32 [1, featureSize], `logits` f32 [1, classes]. Stays its owner's. */
  readonly graph: Graph;
  readonly face: Manifest['face'];
}

/** The parts that need a browser. */
export interface FaceEncoderParts {
  readonly detector: Detector;
  readonly cropper: Cropper;
  /** Why the detector finds nobody. */
  readonly noFaces?: MemoError | null;
  /** Where the graph's outputs stay on a GPU: the crop is made there too. */
  readonly gpu?: GpuFace | null;
}

export interface FaceEncoding {
  readonly answer: FaceAnswer;
  /** [featureSize], or where the GPU keeps it; null when no face is followed. */
  readonly feature: Feature | null;
  /** Somebody else is followed than in the frames before. */
  readonly turned: boolean;
}

export class FaceEncoder {
  readonly #graph: Graph;
  readonly #face: Manifest['face'];
  readonly #finder: FaceFinder;
  readonly #parts: FaceEncoderParts;
  readonly #tracker = new FaceTracker();

  constructor({ graph, face }: Pick<FaceEncoderOptions, 'graph' | 'face'>, parts: FaceEncoderParts) {
    this.#graph = graph;
    this.#face = face;
    this.#finder = new FaceFinder(parts.detector);
    this.#parts = parts;
  }

  /** @throws MemoError `file-missing` when MediaPipe's script is not under `assetBase`, or the GPU's not to be had */
  static async create(options: FaceEncoderOptions): Promise<FaceEncoder> {
    if (options.detector === null) throw new RangeError('a face encoder without a detector');
    const { graph, face } = options;
    // voice and words go on without faces
    const noFaces = noWebGl(new OffscreenCanvas(1, 1));
    const detector =
      noFaces === null ? await MediaPipeDetector.create(options.assetBase, options.detector) : BLIND;
    try {
      const cropper = new CanvasCropper(face.sizePx);
      const gpu = graph.gpu && (await lateScript(() => import('./gpu'))).GpuFace.create(graph, face, cropper);
      return new FaceEncoder(options, { detector, cropper, noFaces, gpu: (await gpu) ?? null });
    } catch (error) {
      detector.close();
      throw error;
    }
  }

  /** Why it finds nobody, whatever it is shown; null where it looks. */
  get noFaces(): MemoError | null {
    return this.#parts.noFaces ?? null;
  }

  /**
   * @param frame stays the caller's, who closes it after the answer
   * @param timeS source's clock
   */
  async encode(frame: Picture, timeS: number): Promise<FaceEncoding> {
    const size = sizeOf(frame);
    const detectBegan = performance.now();
    const faces = [...this.#finder.find(frame, size, this.#tracker.expected)];
    const followed = this.#tracker.follow(
      faces.map(({ box }) => box),
      timeS,
    );
    const { turned } = this.#tracker;
    const coarse = followed === null ? undefined : faces[followed];
    const face = coarse && this.#finder.refine(frame, coarse);
    const detect = performance.now() - detectBegan;
    const answer = { time: timeS, frameWidth: size.width, frameHeight: size.height };
    if (!face || followed === null) {
      return {
        answer: { ...answer, faces: faces.map((other) => plain(other)), latency: { detect } },
        feature: null,
        turned,
      };
    }
    faces[followed] = face;
    const { feature, logits, light, croppedOn, latency } = await this.#look(frame, face);
    const probabilities = softmax(logits);
    return {
      answer: {
        ...answer,
        faces: faces.map((other, index) => plain(other, index === followed ? probabilities : null)),
        light,
        croppedOn,
        latency: { detect, ...latency },
      },
      feature,
      turned,
    };
  }

  /** Another encoder by the same detector, cropper and graph, which follows a face of its own; only the first closes them. */
  fork(): FaceEncoder {
    const { gpu = null, ...parts } = this.#parts;
    return new FaceEncoder({ graph: this.#graph, face: this.#face }, { ...parts, gpu: gpu && gpu.fork() });
  }

  /** From the next frame on, follows the face at `box` (pixels of the frame). */
  follow(box: Box): void {
    this.#tracker.choose(box);
  }

  /** Forgets which face was followed. */
  reset(): void {
    this.#tracker.reset();
    this.#finder.reset();
  }

  /** Gives back what this one alone keeps on the GPU. */
  release(): void {
    this.#parts.gpu?.release();
  }

  close(): void {
    this.#finder.close();
    this.#parts.cropper.close();
    this.#parts.gpu?.close();
  }

  async #look(frame: Picture, face: DetectedFace) {
    const began = performance.now();
    const onGpu = await this.#parts.gpu?.look(frame, face);
    // on the GPU one follows the other without the CPU's knowing when
    if (onGpu) return { ...onGpu, latency: { expression: performance.now() - began } };
    const grey = this.#parts.cropper.crop(frame, face);
    const cropped = performance.now();
    const read = await this.#expression(grey);
    const latency = { crop: cropped - began, expression: performance.now() - cropped };
    return { ...read, light: lightOf(grey), croppedOn: 'cpu' as const, latency };
  }

  async #expression(grey: Float32Array): Promise<{ feature: Float32Array; logits: Float32Array }> {
    const { sizePx, mean, std, featureSize, classes } = this.#face;
    const outputs = await this.#graph.run({
      faces: {
        type: 'float32',
        dims: [1, 1, sizePx, sizePx],
        data: grey.map((value) => (value - mean) / std),
      },
    });
    const features = floatOutput(outputs, 'features', 'denseface');
    const logits = floatOutput(outputs, 'logits', 'denseface');
    expectShape(features, [1, featureSize], 'features', 'denseface');
    expectShape(logits, [1, classes.length], 'logits', 'denseface');
    return { feature: features.data, logits: logits.data };
  }
}

function plain(
  { box, score }: DetectedFace,
  expression: number[] | null = null,
): FaceAnswer['faces'][number] {
  return { box, score, followed: expression !== null, expression };
}
