/** A loaded graph as the encoders and MEmoBERT see it: plain arrays in and out; on WebGPU also what never leaves the GPU. */

export type PlainTensor =
  | { readonly type: 'float32'; readonly dims: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'int32'; readonly dims: readonly number[]; readonly data: Int32Array }
  /** Only the speech gate's graph asks for 64 bits, and it always runs on wasm. */
  | { readonly type: 'int64'; readonly dims: readonly number[]; readonly data: BigInt64Array };

/** f32 that lies on the GPU. */
export interface GpuInput {
  readonly type: 'float32';
  readonly dims: readonly number[];
  /** Called when it is the run's turn: what it submits to the GPU's queue comes right before the run. */
  fill(): GPUBuffer;
}

export type GraphInput = PlainTensor | GpuInput;
export type GraphInputs = Readonly<Record<string, GraphInput>>;

/** f32 on the GPU, as a run left it. */
export interface GpuOutput {
  readonly dims: readonly number[];
  /** Row-major, from its begin on; may be longer. */
  readonly buffer: GPUBuffer;
}

/** A graph whose outputs stay on the GPU. */
export interface GraphOnGpu {
  readonly device: GPUDevice;
  /**
   * @param use submits what reads the outputs before it first waits; then they are given back. What it resolves to is the answer.
   * @throws MemoError as {@link Graph.run}
   */
  run<T>(inputs: GraphInputs, use: (outputs: Readonly<Record<string, GpuOutput>>) => Promise<T>): Promise<T>;
}

export interface Graph {
  /** Only where the graph was made with its outputs kept on the GPU. */
  readonly gpu?: GraphOnGpu;
  /**
   * Runs wait for one another: sessions of one context cannot run at once.
   * @param outputs the only ones asked for; without, all: on WebGPU each is copied back
   */
  run(inputs: GraphInputs, outputs?: readonly string[]): Promise<Readonly<Record<string, PlainTensor>>>;
  close(): Promise<void>;
}
