/** Features that are kept where a graph left them, on the GPU: known here by their numbers alone. */

import type { GpuInput } from '../runtime/graph';

export interface FeatureStore {
  /**
   * A graph's input [rows.length, places, size], filled when the run's turn comes.
   * @param rows the features of each row by number, at most `places`; zeros behind them
   */
  input(rows: readonly (readonly number[])[], places: number): GpuInput;
  /**
   * Row-major [ids.length, size], read back.
   * @throws MemoError `moment-missing` when newer ones took their place, `device-gpu-lost`
   */
  read(ids: readonly number[]): Promise<Float32Array>;
}

export interface StoredFeature {
  readonly store: FeatureStore;
  readonly id: number;
}

export type Feature = Float32Array | StoredFeature;
