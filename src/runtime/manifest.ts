/** The bundle's manifest: types here, the check in `manifest-check.ts`, the schema in `public/models/manifest.schema.json`. */

export const MANIFEST_FORMAT = 1;

export interface BundleFile {
  /** Path below the manifest's folder. */
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

export interface Label {
  readonly id: string;
  /** One WordPiece of the vocabulary. */
  readonly word: string;
}

export const GRAPHS = ['denseface', 'wav2vec2', 'memobert'] as const;
export type GraphName = (typeof GRAPHS)[number];
export type Precision = 'fp32' | 'fp16' | 'int8';

/** `fp16` weights that the graph casts to fp32 on load are `fp32` arithmetic: `weights` says how they are stored. */
export interface GraphFile extends BundleFile {
  readonly weights: Precision;
}

export interface Manifest {
  readonly format: typeof MANIFEST_FORMAT;
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly dataSources: readonly { readonly name: string; readonly licence: string }[];
  /** Contains `[MASK]` exactly once. */
  readonly prompt: string;
  readonly labels: readonly Label[];
  readonly text: {
    /** WordPieces of what was said, without prompt and special tokens. */
    readonly maxTokens: number;
    /** `tokenizer.json` of `@huggingface/tokenizers`. */
    readonly tokenizer: BundleFile;
    readonly tokenizerConfig: BundleFile;
  };
  readonly face: {
    readonly sizePx: number;
    /** Of 0..255 grey. */
    readonly mean: number;
    readonly std: number;
    readonly rateHz: number;
    readonly maxFrames: number;
    readonly featureSize: number;
    readonly classes: readonly string[];
  };
  readonly voice: {
    readonly sampleRateHz: number;
    /** The fixed length the page runs, in samples; gives `maxTokens` tokens. */
    readonly windowSamples: number;
    /** Encoder frames averaged into a token. */
    readonly pool: number;
    readonly tokenRateHz: number;
    readonly maxTokens: number;
    readonly featureSize: number;
  };
  readonly graphs: Readonly<Record<GraphName, Readonly<Partial<Record<Precision, GraphFile>>>>>;
  /** Fitted on validation samples; divides the label words' logits. */
  readonly calibration?: { readonly temperature: number };
  /** JSON of {@link GoldenVectors}. */
  readonly golden: BundleFile;
}

/** A stored tensor; `data` is row-major. */
export interface GoldenTensor {
  readonly type: 'float32' | 'int32';
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** For each graph, inputs and what PyTorch answered. Outputs may be a prefix of the flattened tensor (`data` shorter than `dims` says). */
export type GoldenVectors = Readonly<
  Record<
    GraphName,
    {
      readonly inputs: Readonly<Record<string, GoldenTensor>>;
      readonly outputs: Readonly<Record<string, GoldenTensor>>;
    }
  >
>;
