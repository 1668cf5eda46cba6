/** A loaded graph as the encoders and MEmoBERT see it: plain arrays in, plain arrays out. */

export type PlainTensor =
  | { readonly type: 'float32'; readonly dims: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'int32'; readonly dims: readonly number[]; readonly data: Int32Array }
  /** Only the speech gate's graph asks for 64 bits, and it always runs on wasm. */
  | { readonly type: 'int64'; readonly dims: readonly number[]; readonly data: BigInt64Array };

export interface Graph {
  /**
   * Runs wait for one another: sessions of one context cannot run at once.
   * @param outputs the only ones asked for; without, all: on WebGPU each is copied back
   */
  run(
    inputs: Readonly<Record<string, PlainTensor>>,
    outputs?: readonly string[],
  ): Promise<Readonly<Record<string, PlainTensor>>>;
  close(): Promise<void>;
}
