/** A frame and where its face is -> DenseFace's input, in a buffer of the GPU; the frame is not copied where it can be imported. */
import { sizeOf, type DetectedFace, type Picture } from '../detector';
import { TRAINING_PX } from '../framing';
import { cropPlan, PLAN_BYTES, type Scaling } from './crop-plan';
import { averageShader, ENLARGE_SHADER, TILE, type FrameBinding } from './crop-shader';

/** Bytes of {@link GpuCrop.light}. */
export const LIGHT_BYTES = 8;

type Way = 'imported' | 'copied';
const BINDINGS: Readonly<Record<Way, FrameBinding>> = {
  imported: 'texture_external',
  copied: 'texture_2d<f32>',
};

export class GpuCrop {
  /** f32 [sizePx, sizePx], normalised: written by {@link encode}'s commands. */
  readonly faces: GPUBuffer;
  /** Two f32, the sums of the tensor's numbers and of their squares; written as well. */
  readonly light: GPUBuffer;
  readonly #device: GPUDevice;
  readonly #scaling: Scaling;
  readonly #plan: GPUBuffer;
  readonly #cells: GPUBuffer;
  readonly #average: Readonly<Record<Way, GPUComputePipeline>>;
  readonly #enlarge: GPUComputePipeline;
  readonly #enlargeGroup: GPUBindGroup;
  #texture: GPUTexture | null = null;

  private constructor(
    device: GPUDevice,
    scaling: Scaling,
    average: Readonly<Record<Way, GPUComputePipeline>>,
    enlarge: GPUComputePipeline,
  ) {
    const { STORAGE, UNIFORM, COPY_SRC, COPY_DST } = GPUBufferUsage;
    const create = (size: number, usage: number) => device.createBuffer({ size, usage });
    this.#device = device;
    this.#scaling = scaling;
    this.#average = average;
    this.#enlarge = enlarge;
    this.faces = create(4 * scaling.sizePx ** 2, STORAGE | COPY_SRC | COPY_DST);
    this.light = create(LIGHT_BYTES, STORAGE | COPY_SRC);
    this.#plan = create(PLAN_BYTES, UNIFORM | COPY_DST);
    this.#cells = create(8 * TRAINING_PX ** 2, STORAGE);
    this.#enlargeGroup = device.createBindGroup({
      layout: enlarge.getBindGroupLayout(0),
      entries: [this.#plan, this.#cells, this.faces, this.light].map((buffer, binding) => ({
        binding,
        resource: { buffer },
      })),
    });
  }

  /** Compiles. Rejects with what the browser says where a shader does not. */
  static async create(device: GPUDevice, scaling: Scaling): Promise<GpuCrop> {
    const compile = (code: string) =>
      device.createComputePipelineAsync({
        layout: 'auto',
        compute: { module: device.createShaderModule({ code }) },
      });
    const [imported, copied, enlarge] = await Promise.all([
      compile(averageShader(BINDINGS.imported)),
      compile(averageShader(BINDINGS.copied)),
      compile(ENLARGE_SHADER),
    ]);
    return new GpuCrop(device, scaling, { imported, copied }, enlarge);
  }

  /**
   * Submits what fills {@link faces} and {@link light}; the frame may be closed when it returns.
   * @throws what the browser says of a frame that it can neither import nor copy
   */
  submit(frame: Picture, face: DetectedFace): void {
    const size = sizeOf(frame);
    this.#device.queue.writeBuffer(this.#plan, 0, cropPlan(face, size, this.#scaling));
    const { way, resource } = this.#take(frame);
    const average = this.#average[way];
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(average);
    pass.setBindGroup(
      0,
      this.#device.createBindGroup({
        layout: average.getBindGroupLayout(0),
        entries: [
          { binding: 0, resource: { buffer: this.#plan } },
          { binding: 1, resource: { buffer: this.#cells } },
          { binding: 2, resource },
        ],
      }),
    );
    pass.dispatchWorkgroups(TRAINING_PX / TILE, TRAINING_PX / TILE);
    pass.setPipeline(this.#enlarge);
    pass.setBindGroup(0, this.#enlargeGroup);
    pass.dispatchWorkgroups(1);
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
  }

  close(): void {
    for (const buffer of [this.faces, this.light, this.#plan, this.#cells]) buffer.destroy();
    this.#texture?.destroy();
    this.#texture = null;
  }

  #take(frame: Picture): { way: Way; resource: GPUExternalTexture | GPUTextureView } {
    // an ImageBitmap cannot be imported, and some browsers import no VideoFrame
    if ('displayWidth' in frame) {
      try {
        return { way: 'imported', resource: this.#device.importExternalTexture({ source: frame }) };
      } catch {
        // copied then
      }
    }
    return { way: 'copied', resource: this.#copy(frame) };
  }

  #copy(frame: Picture): GPUTextureView {
    const { width, height } = sizeOf(frame);
    if (this.#texture?.width !== width || this.#texture.height !== height) {
      this.#texture?.destroy();
      const { TEXTURE_BINDING, COPY_DST, RENDER_ATTACHMENT } = GPUTextureUsage;
      this.#texture = this.#device.createTexture({
        size: [width, height],
        format: 'rgba8unorm',
        usage: TEXTURE_BINDING | COPY_DST | RENDER_ATTACHMENT, // what a copy of a frame asks for
      });
    }
    this.#device.queue.copyExternalImageToTexture({ source: frame }, { texture: this.#texture }, [
      width,
      height,
    ]);
    return this.#texture.createView();
  }
}
