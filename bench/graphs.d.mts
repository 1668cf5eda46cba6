export interface TimedGraph {
  readonly inputs: Readonly<Record<string, readonly ['float32' | 'int32', readonly number[]]>>;
  readonly outputs?: readonly string[];
  readonly multiplications: number;
}
export const MATMUL: TimedGraph;
export const GRAPHS: Readonly<
  Record<
    'denseface' | 'denseface-light' | 'wav2vec2' | 'wav2vec2-features' | 'wav2vec2-context' | 'memobert',
    TimedGraph
  >
>;
export function filesOf(
  manifest: unknown,
): readonly (TimedGraph & { title: string; path: string; backends?: readonly string[] })[];
export function fill(
  input: readonly ['float32' | 'int32', readonly number[]],
):
  | { type: 'float32'; dims: readonly number[]; data: Float32Array }
  | { type: 'int32'; dims: readonly number[]; data: Int32Array };
export function fusionMultiplications(
  words: number,
  faces: number,
  voice: number,
  options?: { readonly lean?: boolean },
): number;
