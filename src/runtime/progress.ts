/** Loading told as facts, not sentences: bytes never fall; the total is fixed from the manifest on, unless WebGPU is left and wasm needs other files. */

export type LoadStep = 'fetch' | 'compile' | 'warm-up' | 'verify' | 'ready';

export interface Progress {
  readonly step: LoadStep;
  readonly loadedBytes: number;
  readonly totalBytes: number;
  /** File or graph in hand. */
  readonly item: string;
  /** How much of the whole load is done, 0 to 1, what is computed included; never falls. */
  readonly fraction: number;
}
