/** Backend and files together: a bundle that has nothing for this GPU runs without it. */

import { MemoError, type ErrorCode } from '../errors';
import { droppedToWasm, type BackendChoice } from './backends';
import { planGraphs, type GraphPlan } from './graph-plan';
import type { Manifest } from './manifest';

/** What is worth trying again without the GPU: the bundle itself may be whole. */
const GPU_FAULTS: ReadonlySet<ErrorCode> = new Set([
  'backend-unavailable',
  'graph-invalid',
  'golden-mismatch',
  'device-gpu-lost',
]);

export interface Planned {
  readonly choice: BackendChoice;
  readonly plan: GraphPlan;
}

/** What to fetch for the backend; for wasm, where the bundle has nothing that this GPU runs. */
export function planFor(manifest: Manifest, choice: BackendChoice): Planned {
  try {
    return { choice, plan: planGraphs(manifest, choice) };
  } catch (error) {
    return planWithoutGpu(manifest, choice, error);
  }
}

/** Wasm, where it is the GPU that failed and the bundle has files for it; else throws what failed. */
export function planWithoutGpu(manifest: Manifest, choice: BackendChoice, error: unknown): Planned {
  if (choice.name === 'wasm' || !(error instanceof MemoError) || !GPU_FAULTS.has(error.code)) throw error;
  const fallback = droppedToWasm(choice, `WebGPU was tried and left: ${error.message}`);
  try {
    return { choice: fallback, plan: planGraphs(manifest, fallback) };
  } catch {
    // what went wrong first is what is told
    throw error;
  }
}
