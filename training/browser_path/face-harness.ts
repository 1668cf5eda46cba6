/** Runs `src/encoders/face` as the inference worker does, with the bundle's face graph on ONNX Runtime's wasm. */
import { CanvasCropper } from '../../src/encoders/face/crop';
import { MediaPipeDetector, sizeOf, type DetectedFace } from '../../src/encoders/face/detector';
import { FaceEncoder } from '../../src/encoders/face/face-encoder';
import { FaceFinder } from '../../src/encoders/face/finder';
import { FERPLUS_FRAMING, TRAINING_PX } from '../../src/encoders/face/framing';
import { enlarge, greyAverage } from '../../src/encoders/face/grey';
import { DETECTOR_MODEL, DETECTOR_WASM } from '../../src/runtime/engine-files-for';
import type { Graph } from '../../src/runtime/graph';
import type { Manifest } from '../../src/runtime/manifest';
import type { About, Mode, PictureAnswer, Setup } from './harness-protocol';
import { bytesOf, get, softmax, WasmBundle } from './wasm-graphs';

/** Frames a second that the page looks at. */
const FRAMES = 10;

export class FaceHarness {
  private constructor(
    private readonly bundle: WasmBundle,
    private readonly face: Manifest['face'],
    private readonly graph: Graph,
    private readonly encoder: FaceEncoder,
    private readonly detector: MediaPipeDetector,
  ) {}

  static async create({ bundleUrl, assetBase, faceGraph }: Setup): Promise<FaceHarness> {
    const bundle = await WasmBundle.open(bundleUrl, faceGraph);
    const { face } = bundle.manifest;
    const graph = await bundle.graph('face');
    const files = {
      wasm: await bytesOf(assetBase + DETECTOR_WASM),
      model: await bytesOf(assetBase + DETECTOR_MODEL),
    };
    const encoder = await FaceEncoder.create({ assetBase, graph, face, detector: files });
    const detector = await MediaPipeDetector.create(assetBase, files);
    return new FaceHarness(bundle, face, graph, encoder, detector);
  }

  get about(): About {
    return { classes: this.face.classes, graphs: [this.bundle.describe('face')] };
  }

  async answer(url: string, mode: Mode): Promise<PictureAnswer> {
    const bitmap = await createImageBitmap(await (await get(url)).blob());
    // What a camera gives; the picture's own bitmap would skip a conversion.
    const frame = new VideoFrame(bitmap, { timestamp: 0 });
    try {
      if (mode.kind === 'path') return await this.path(frame);
      if (mode.kind === 'whole') return await this.whole(bitmap);
      return await this.framings(frame, mode);
    } finally {
      frame.close();
      bitmap.close();
    }
  }

  private async path(frame: VideoFrame): Promise<PictureAnswer> {
    this.encoder.reset();
    let { answer } = await this.encoder.encode(frame, 0);
    // A still face before the camera: the finder gets as many frames as it has in a second.
    for (let tries = 1; answer.faces.length === 0 && tries < FRAMES; tries++) {
      ({ answer } = await this.encoder.encode(frame, tries / FRAMES));
    }
    const expression = answer.faces.find(({ followed }) => followed)?.expression;
    return {
      face: null,
      count: answer.faces.length,
      probabilities: expression ? [expression] : [],
      latencyMs: answer.latency,
    };
  }

  private async whole(bitmap: ImageBitmap): Promise<PictureAnswer> {
    const step = Math.max(1, Math.round(bitmap.width / TRAINING_PX));
    const side = step * TRAINING_PX;
    const context = new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('No 2d canvas in this worker.');
    context.drawImage(bitmap, 0, 0, side, side);
    const grey = greyAverage(context.getImageData(0, 0, side, side).data, TRAINING_PX, step);
    const probabilities = await this.expression(enlarge(grey, TRAINING_PX, this.face.sizePx));
    return { face: null, count: 1, probabilities: [probabilities], latencyMs: {} };
  }

  private async framings(
    frame: VideoFrame,
    mode: Extract<Mode, { kind: 'framings' }>,
  ): Promise<PictureAnswer> {
    const finder = new FaceFinder(this.detector);
    const size = sizeOf(frame);
    let faces = finder.find(frame, size, null);
    for (let tries = 1; faces.length === 0 && tries < FRAMES; tries++) faces = finder.find(frame, size, null);
    const area = ({ box }: DetectedFace) => box.width * box.height;
    const [coarse] = [...faces].sort((a, b) => area(b) - area(a));
    if (!coarse) return { face: null, count: 0, probabilities: [], latencyMs: {} };
    const face = finder.refine(frame, coarse);
    const probabilities = [];
    for (const framing of mode.framings) {
      const cropper = new CanvasCropper(this.face.sizePx, { ...FERPLUS_FRAMING, ...framing });
      probabilities.push(await this.expression(cropper.crop(frame, face)));
      cropper.close();
    }
    return { face, count: faces.length, probabilities, latencyMs: {} };
  }

  private async expression(grey: Float32Array): Promise<number[]> {
    const { sizePx, mean, std } = this.face;
    const data = grey.map((value) => (value - mean) / std);
    const { logits } = await this.graph.run({
      faces: { type: 'float32', dims: [1, 1, sizePx, sizePx], data },
    });
    return softmax((logits?.data ?? []) as Float32Array);
  }
}
