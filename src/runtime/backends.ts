/** What can run the graphs here, in order of preference: one row each, and the choice among them. */

import { MemoError } from '../errors';
import type { Backend } from '../memobert/estimate';
import type { Differences, Precision } from './manifest';
import type { BackendReport, EngineOptions } from './protocol';

/** `navigator.gpu`, in words that a declaration can say where the platform's types have no WebGPU. */
export interface AdapterSource {
  requestAdapter(options?: {
    powerPreference?: 'low-power' | 'high-performance';
  }): Promise<GPUAdapter | null>;
}

/** What the choice depends on; the worker's own globals unless a test says otherwise. */
export interface Host {
  readonly gpu: AdapterSource | null;
  /** Whether WebAssembly may have threads. */
  readonly isolated: boolean;
  readonly cores: number;
}

export interface BackendRow {
  /** Of a graph's files that can run and do not name the backend, the first of these; `graph-plan.ts` chooses. */
  readonly precisions: readonly Precision[];
  /** `fixed`: shaders compile once per shape, so all rows run in one padded batch. `exact`: shapes cost nothing, padding does. */
  readonly shapes: 'fixed' | 'exact';
  /** Largest differences to the golden vectors. */
  readonly tolerance: Differences;
}

/** The report before the bundle is known, and what decides on its files. */
export interface BackendChoice extends Omit<BackendReport, 'graphs'> {
  /** Whether the GPU computes with 16-bit floats. */
  readonly shaderF16: boolean;
  /** What WebAssembly has, if it comes to that. */
  readonly wasmThreads: number;
}

export const BACKENDS: Readonly<Record<Backend, BackendRow>> = {
  webgpu: {
    precisions: ['fp32', 'fp16', 'int8'],
    shapes: 'fixed',
    tolerance: { probability: 2e-3, feature: 5e-3 },
  },
  wasm: {
    precisions: ['fp32', 'int8', 'fp16'],
    shapes: 'exact',
    tolerance: { probability: 1e-3, feature: 1e-3 },
  },
};

/** More threads than this gain nothing for graphs of this size. */
const MOST_THREADS = 4;
/** Names under which software adapters go: Chromium's SwiftShader, Mesa's llvmpipe, Windows' basic renderer (WARP). */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|basic render|\bwarp\b/i;

/** @throws MemoError `backend-unavailable` when WebGPU is forced and not there */
export async function chooseBackend(
  { device, allowSoftwareAdapter }: Pick<EngineOptions, 'device' | 'allowSoftwareAdapter'>,
  host: Host = thisHost(),
): Promise<BackendChoice> {
  const forced = device !== 'auto';
  const wasmThreads = threadsOf(host);
  const wasm = { name: 'wasm', forced, threads: wasmThreads, shaderF16: false, wasmThreads } as const;
  if (device === 'wasm') return { ...wasm, reason: 'it was asked for', adapter: null };
  const { adapter, refusal, shaderF16 } = await probeWebGpu(host.gpu, allowSoftwareAdapter);
  if (refusal === null) {
    // the graphs are on the GPU, and the speech gate is small
    return { name: 'webgpu', forced, reason: null, adapter, threads: 1, shaderF16, wasmThreads };
  }
  if (!forced) return { ...wasm, reason: refusal, adapter };
  throw new MemoError(
    'backend-unavailable',
    `WebGPU was asked for, but ${refusal}.`,
    'Use device="auto" or device="wasm", or a browser and a computer with WebGPU.',
  );
}

/** The same choice after WebGPU turned out not to work. */
export function droppedToWasm(choice: BackendChoice, reason: string): BackendChoice {
  // whoever forced WebGPU did not force this
  return { ...choice, name: 'wasm', forced: false, reason, threads: choice.wasmThreads, shaderF16: false };
}

/** Half of the cores: the page, the camera and the browser have work, and ONNX Runtime's threads turn on the spot between runs. */
function threadsOf({ isolated, cores }: Host): number {
  return isolated ? Math.max(1, Math.min(MOST_THREADS, Math.floor(cores / 2))) : 1;
}

interface Probe {
  /** In words; null when there is none. */
  readonly adapter: string | null;
  /** Why not, as the rest of a sentence; null when it can be used. */
  readonly refusal: string | null;
  readonly shaderF16: boolean;
}

/** What there is where there is no adapter. */
const NOTHING = { adapter: null, shaderF16: false } as const;

async function probeWebGpu(gpu: Host['gpu'], allowSoftware: boolean): Promise<Probe> {
  if (gpu === null) return { ...NOTHING, refusal: 'this browser has no WebGPU' };
  const found = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (found === null) return { ...NOTHING, refusal: 'the browser offers no GPU adapter' };
  // Chromium before 127 has WebGPU and no `info`, whatever the types say
  const info: Partial<GPUAdapterInfo> = (found.info as GPUAdapterInfo | undefined) ?? {};
  const { vendor, architecture, device, description } = info;
  const adapter = [vendor, architecture, device, description].filter(Boolean).join(' ');
  const software = isFallback(found) || isFallback(info) || SOFTWARE.test(adapter);
  const refusal = software && !allowSoftware ? 'the GPU adapter is software, slower than WebAssembly' : null;
  const shaderF16 = found.features.has('shader-f16');
  return { adapter: adapter === '' ? 'unnamed' : adapter, refusal, shaderF16 };
}

/** The flag moved from the adapter to its info; browsers have the one or the other. */
function isFallback(either: object): boolean {
  return 'isFallbackAdapter' in either && either.isFallbackAdapter === true;
}

function thisHost(): Host {
  // browsers without WebGPU have no `navigator.gpu`, whatever the types say
  const gpu = navigator.gpu as GPU | undefined;
  return { gpu: gpu ?? null, isolated: globalThis.crossOriginIsolated, cores: navigator.hardwareConcurrency };
}
