/**
 * What the engine runs beside a bundle, from the build: WebAssembly of ONNX Runtime and MediaPipe, the face detector, the speech
 * gate. Each is checked against `engine-files.json` (written by `scripts/list-engine-files.mjs`, in git, so that an exchanged
 * package shows as a change) before it runs, and kept as a bundle's files are.
 */

import webgpuWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import jspiWasm from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url';
import wasmWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import type { Backend } from '../memobert/estimate';
import { CheckedFiles, completeParts, type BundleParts, type Bytes, type Wording } from './checked-files';
import list from './engine-files.json';
import type { BundleFile } from './manifest';
import { ortBuild } from './ort-build';

export const ENGINE_FILES = [
  'ort-webgpu-jspi.wasm',
  'ort-webgpu.wasm',
  'ort-wasm.wasm',
  'mediapipe/vision_wasm_module_internal.wasm',
  'face_detector.tflite',
  'silero_vad.onnx',
] as const;
export type EngineFileName = (typeof ENGINE_FILES)[number];

/** Size and hash of each. */
export type EngineFileList = Readonly<Record<EngineFileName, Pick<BundleFile, 'bytes' | 'sha256'>>>;

/** ONNX Runtime's WebAssembly, of the build that a backend runs on in this browser. */
export function ortWasm(backend: Backend): EngineFileName {
  return `ort-${ortBuild(backend)}.wasm`;
}

/** Where the build put those whose names carry its hash, absolute; the others lie under `assetBase`. */
const BUILT: Readonly<Partial<Record<EngineFileName, string>>> = {
  'ort-webgpu-jspi.wasm': jspiWasm,
  'ort-webgpu.wasm': webgpuWasm,
  'ort-wasm.wasm': wasmWasm,
};

const WORDING: Wording = {
  file: "The page's file",
  cure: 'put the whole build there, with its folder generated/ (npx memo-bert-assets FOLDER copies it)',
};

export class EngineFiles {
  readonly #files: CheckedFiles;

  /** @param assetBase absolute, ends with a slash */
  constructor(
    assetBase: string,
    parts: Partial<BundleParts> = {},
    private readonly known: EngineFileList = list,
  ) {
    this.#files = new CheckedFiles(assetBase, `engine ${assetBase}`, completeParts(parts), WORDING);
  }

  /** @throws MemoError `file-missing`, `model-integrity` */
  async load(
    names: readonly EngineFileName[],
    onBytes: (bytes: number, item: string) => void = () => undefined,
  ): Promise<readonly Bytes[]> {
    const contents = await this.#files.load(
      names.map((name) => this.#file(name)),
      onBytes,
    );
    await this.#files.keepOnly(ENGINE_FILES.map((name) => this.#file(name)));
    return contents;
  }

  /** @throws MemoError `file-missing`, `model-integrity` */
  async one(name: EngineFileName): Promise<Bytes> {
    const [bytes] = await this.load([name]);
    if (bytes === undefined) throw new RangeError('fewer files than were asked for');
    return bytes;
  }

  bytesOf(names: readonly EngineFileName[]): number {
    return names.reduce((sum, name) => sum + this.known[name].bytes, 0);
  }

  /** Those of `names` that are not on this device. */
  async missing(names: readonly EngineFileName[]): Promise<readonly EngineFileName[]> {
    const there = await Promise.all(names.map((name) => this.#files.cache.has(this.#file(name))));
    return names.filter((_, index) => there[index] === false);
  }

  #file(name: EngineFileName): BundleFile {
    return { path: BUILT[name] ?? name, ...this.known[name] };
  }
}
