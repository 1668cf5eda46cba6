/** What a load needs of the build beside the bundle, fetched together, and what is made of it. */

import type { DetectorFiles } from '../encoders';
import type { Backend } from '../memobert/estimate';
import type { Bytes } from './checked-files';
import { ortWasm, type EngineFileName, type EngineFiles } from './engine-files';
import { DETECTOR_MODEL, DETECTOR_WASM, engineFilesFor, GATE } from './engine-files-for';
import type { LoadProgress } from './load-progress';
import type { GraphMaker } from './models';
import { OrtRuntime } from './ort-graph';
import { loadOrt } from './ort-modules';

export interface EngineParts {
  readonly gate: Bytes;
  /** Null where the caller brings a face encoder of its own. */
  readonly detector: DetectorFiles | null;
  readonly createMaker: (backend: Backend, threads: number) => Promise<GraphMaker>;
}

/**
 * @param own what the caller makes itself is not fetched
 * @throws MemoError `file-missing`, `model-integrity`
 */
export async function fetchEngine(
  files: EngineFiles,
  backend: Backend,
  own: { readonly createFace?: unknown; readonly createMaker?: unknown },
  progress: LoadProgress,
): Promise<EngineParts> {
  const names = engineFilesFor(backend).filter((name) => {
    if (name === DETECTOR_WASM || name === DETECTOR_MODEL) return own.createFace === undefined;
    return name === GATE || own.createMaker === undefined;
  });
  progress.expectBeside(files.bytesOf(names));
  const contents = await files.load(names, (bytes, item) => progress.fetchedBeside(bytes, item));
  const fetched = new Map(names.map((name, index) => [name, contents[index]]));
  const take = async (name: EngineFileName) => {
    const bytes = fetched.get(name);
    fetched.delete(name); // used once: nobody else keeps it in memory
    return bytes ?? files.one(name);
  };
  const gate = await take(GATE);
  const wasm = fetched.get(DETECTOR_WASM);
  const model = fetched.get(DETECTOR_MODEL);
  return {
    gate,
    detector: wasm === undefined || model === undefined ? null : { wasm, model },
    createMaker: async (backend, threads) => {
      // before ONNX Runtime makes the first
      const buffers = backend === 'webgpu' ? (await import('./gpu-buffers')).gpuBuffers() : null;
      const ort = await loadOrt(backend, threads, await take(ortWasm(backend)));
      return new OrtRuntime(ort, buffers === null ? undefined : () => buffers.count);
    },
  };
}
