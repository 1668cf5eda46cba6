/** The bundle's manifest: types here, the check in `manifest-check.ts`, the schema in `public/models/manifest.schema.json`. */

import type { Backend } from '../memobert/estimate';

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

/** Those of every bundle. */
export const GRAPHS = ['denseface', 'wav2vec2', 'memobert'] as const;
/** Alike in inputs, outputs and what the features mean, so that any may run; the light one is a bundle's choice. */
export const FACE_GRAPHS = ['denseface', 'denseface-light'] as const;
export type FaceGraphName = (typeof FACE_GRAPHS)[number];
/** MEmoBERT's output for masked words, by a head of their own; a bundle's choice, `mask_logits` serve else. */
export const FILLED_WORDS = 'filled_words';
/** What fills in masked faces and voice, from `hidden` of memobert; a bundle's choice, fetched when it is asked for. */
export const HEADS_GRAPH = 'memobert-heads';
/**
 * `wav2vec2` once more, in two: what each frame is, and what the transformer makes of a window of frames. A bundle has both or neither;
 * where it has them, they run.
 */
export const VOICE_HALVES = ['wav2vec2-features', 'wav2vec2-context'] as const;
export type GraphName =
  (typeof GRAPHS)[number] | FaceGraphName | (typeof VOICE_HALVES)[number] | typeof HEADS_GRAPH;

/** What a graph is for. */
export const GRAPH_ROLES = ['face', 'voice', 'fusion'] as const;
export type GraphRole = (typeof GRAPH_ROLES)[number];
/** What can be used before all is there, in its order. */
export const EARLY_ROLES = ['face', 'voice'] as const satisfies readonly GraphRole[];
export type EarlyRole = (typeof EARLY_ROLES)[number];

export const PRECISIONS = ['fp32', 'fp16', 'int8'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** How far answers may lie from PyTorch's: probabilities, and features relative to the largest (or to 1, where all are smaller). */
export interface Differences {
  readonly probability: number;
  readonly feature: number;
}

/** `fp16` weights that the graph casts to fp32 on load are `fp32` arithmetic: `weights` says how they are stored. */
export interface GraphFile extends BundleFile {
  readonly weights: Precision;
  /** Backends that the file is meant for, and goes before others on; one that says nothing is for all. */
  readonly backends?: readonly Backend[];
  /** Of fp16 and int8, arithmetic or weights: what that was measured to change on the golden vectors; allowed beside what a backend may. */
  readonly deviation?: Differences;
}

/** By the precision that they compute in. */
export type GraphFiles = Readonly<Partial<Record<Precision, GraphFile>>>;

export interface Calibration {
  /** For every case that `temperatures` does not name. */
  readonly temperature?: number;
  /** By the modalities that are present, in the paper's letters. */
  readonly temperatures?: Readonly<Partial<Record<CaseName, number>>>;
}

/** The seven cases of present modalities: T text, V visual, A acoustic. */
export const CASE_NAMES = ['T', 'V', 'A', 'TV', 'TA', 'VA', 'TVA'] as const;
export type CaseName = (typeof CASE_NAMES)[number];

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
    /** Which graph a backend runs; `denseface` where nothing is said. */
    readonly graphs?: Readonly<Partial<Record<Backend, FaceGraphName>>>;
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
    /** What the encoder was trained behind: offsets and what is slower are taken out; each window loses its own mean where nothing is said. */
    readonly highPassHz?: number;
    /**
     * Whether the graph gives `logits` of its own as well: over neutral, happy, sad, angry, surprised, scared and disgusted, in this order; true
     * where nothing is said. The voice's share of the first impression, while MEmoBERT loads, is made of them where the bundle's labels are
     * these. It states a fact, which training's tools read; the page goes by the graph's outputs.
     */
    readonly logits?: boolean;
  };
  readonly graphs: Readonly<Record<(typeof GRAPHS)[number], GraphFiles>> & {
    readonly [name in GraphName]?: GraphFiles;
  };
  /** Fitted on validation samples; divides the label words' logits. */
  readonly calibration?: Calibration;
  /** JSON of {@link GoldenVectors}. */
  readonly golden: BundleFile;
  /** `speech.json` of a speech model (`src/speech/speech-manifest.ts`), in a folder of its own; fetched when it is asked for. */
  readonly speech?: BundleFile;
}

/** A stored tensor; `data` is row-major. */
export interface GoldenTensor {
  readonly type: 'float32' | 'int32';
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** Inputs and what PyTorch answered. Outputs may be a prefix of the flattened tensor (`data` shorter than `dims` says). */
export interface GoldenCase {
  readonly inputs: Readonly<Record<string, GoldenTensor>>;
  readonly outputs: Readonly<Record<string, GoldenTensor>>;
}

/** One for each graph that the manifest has. */
export type GoldenVectors = Readonly<Partial<Record<GraphName, GoldenCase>>>;
