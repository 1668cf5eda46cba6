/** The followed face's way on the GPU: frame -> crop -> DenseFace -> ring. Read back are the logits and how light the face is, 40 bytes. */
import type { Graph, GraphOnGpu } from '../../../runtime/graph';
import type { Manifest } from '../../../runtime/manifest';
import type { StoredFeature } from '../../../memobert/feature-store';
import type { Light } from '../../../memobert/reliability';
import { expectDims, expectNumbers } from '../../../runtime/graph-output';
import type { Cropper } from '../crop';
import type { DetectedFace, Picture } from '../detector';
import { lightOf } from '../light';
import { checkedCrop } from './checked-crop';
import { faultOf } from './fault-of';
import { FeatureRing } from './feature-ring';
import { LIGHT_BYTES, type GpuCrop } from './gpu-crop';
import { readGpu } from './read-gpu';

/** Rings of this many windows: what an estimate asked for is still there when its turn comes, and when a moment is taken of it. */
const WINDOWS = 4;
const FLOAT = 4;

export interface GpuLook {
  readonly feature: StoredFeature;
  readonly logits: Float32Array;
  readonly light: Light;
  readonly croppedOn: 'gpu' | 'cpu';
}

/** What the forks of one encoder share. */
interface Shared {
  readonly graph: GraphOnGpu;
  readonly face: Manifest['face'];
  readonly cropper: Cropper;
  /** f32 [sizePx, sizePx]: what a crop of the CPU is written to. */
  readonly faces: GPUBuffer;
  /** Null where the GPU cannot cut faces out, or stopped to. */
  crop: GpuCrop | null;
  /** Of all forks, to be given back together. */
  readonly rings: Set<FeatureRing>;
}

export class GpuFace {
  readonly #shared: Shared;
  /** Made with the first face. */
  #ring: FeatureRing | null = null;

  private constructor(shared: Shared) {
    this.#shared = shared;
  }

  /**
   * Null where the graph's outputs do not stay on a GPU.
   * @param cropper the CPU's, for the frames and the browsers that the GPU does not take; stays its owner's
   */
  static async create(graph: Graph, face: Manifest['face'], cropper: Cropper): Promise<GpuFace | null> {
    if (graph.gpu === undefined) return null;
    const { device } = graph.gpu;
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
    return new GpuFace({
      graph: graph.gpu,
      ...{ face, cropper },
      faces: device.createBuffer({ size: FLOAT * face.sizePx ** 2, usage: STORAGE | COPY_SRC | COPY_DST }),
      crop: await checkedCrop(device, face, cropper),
      rings: new Set(),
    });
  }

  /** @throws MemoError `graph-invalid`, `device-gpu-lost` */
  async look(frame: Picture, face: DetectedFace): Promise<GpuLook> {
    const { crop } = this.#shared;
    if (crop === null) return this.#lookAtCpuCrop(frame, face);
    let fault: Promise<unknown> = Promise.resolve(null);
    const fill = () => {
      fault = faultOf(this.#shared.graph.device, () => crop.submit(frame, face));
      return crop.faces;
    };
    const { feature, numbers } = await this.#run(fill, crop.light);
    if ((await fault) !== null) {
      // what the graph saw was not this frame; the GPU is not asked again
      this.#shared.crop = null;
      crop.close();
      return this.#lookAtCpuCrop(frame, face);
    }
    return this.#answer(feature, numbers, this.#lightOf(numbers), 'gpu');
  }

  /** With a ring of its own. */
  fork(): GpuFace {
    return new GpuFace(this.#shared);
  }

  /** Gives its own ring back; what it kept is gone. */
  release(): void {
    if (this.#ring === null) return;
    this.#ring.close();
    this.#shared.rings.delete(this.#ring);
    this.#ring = null;
  }

  /** For all forks. */
  close(): void {
    const { faces, crop, rings } = this.#shared;
    for (const ring of rings) ring.close();
    rings.clear();
    faces.destroy();
    crop?.close();
    this.#shared.crop = null;
  }

  #openRing(): FeatureRing {
    if (this.#ring !== null) return this.#ring;
    const { graph, face, rings } = this.#shared;
    this.#ring = new FeatureRing(graph.device, face.featureSize, WINDOWS * face.maxFrames);
    rings.add(this.#ring);
    return this.#ring;
  }

  async #lookAtCpuCrop(frame: Picture, face: DetectedFace): Promise<GpuLook> {
    const { cropper, faces, graph } = this.#shared;
    const { mean, std } = this.#shared.face;
    const grey = cropper.crop(frame, face);
    const fill = () => {
      const scaled = Float32Array.from(grey, (value) => (value - mean) / std);
      graph.device.queue.writeBuffer(faces, 0, scaled);
      return faces;
    };
    const { feature, numbers } = await this.#run(fill, null);
    return this.#answer(feature, numbers, lightOf(grey), 'cpu');
  }

  /** The feature's place; the logits and, where there is one, the crop's light. */
  #run(
    fill: () => GPUBuffer,
    light: GPUBuffer | null,
  ): Promise<{ feature: StoredFeature; numbers: Float32Array }> {
    const { graph, face } = this.#shared;
    const { sizePx, featureSize, classes } = face;
    const faces = { type: 'float32', dims: [1, 1, sizePx, sizePx], fill } as const;
    return graph.run({ faces }, async ({ features, logits }) => {
      expectDims(features?.dims, [1, featureSize], 'features', 'denseface');
      expectDims(logits?.dims, [1, classes.length], 'logits', 'denseface');
      const ring = this.#openRing();
      let id = -1;
      const logitBytes = FLOAT * classes.length;
      const numbers = await readGpu(graph.device, logitBytes + LIGHT_BYTES, (encoder, to) => {
        if (features === undefined || logits === undefined) return;
        id = ring.write(encoder, features.buffer);
        encoder.copyBufferToBuffer(logits.buffer, 0, to, 0, logitBytes);
        if (light !== null) encoder.copyBufferToBuffer(light, 0, to, logitBytes, LIGHT_BYTES);
      });
      return { feature: { store: ring, id }, numbers };
    });
  }

  #answer(
    feature: StoredFeature,
    numbers: Float32Array,
    light: Light,
    croppedOn: GpuLook['croppedOn'],
  ): GpuLook {
    const logits = numbers.slice(0, this.#shared.face.classes.length);
    // features that are no numbers make logits that are none
    expectNumbers(logits, 'logits', 'denseface');
    return { feature, logits, light, croppedOn };
  }

  /** From the sums of the tensor, which is about 0 with a deviation of about 1: nothing is lost in 32 bits. */
  #lightOf(numbers: Float32Array): Light {
    const { sizePx, mean, std } = this.#shared.face;
    const [sum = 0, squares = 0] = numbers.subarray(-2);
    const average = sum / sizePx ** 2;
    const variance = squares / sizePx ** 2 - average ** 2;
    return { brightness: mean + std * average, contrast: std * Math.sqrt(Math.max(0, variance)) };
  }
}
