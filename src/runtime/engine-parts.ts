/** What a load needs of the build beside the bundle, stage by stage, and what is made of it. */

import type { DetectorFiles } from '../encoders';
import { lateScript } from '../late-script';
import type { Backend } from '../memobert/estimate';
import type { Bytes } from './checked-files';
import { ortWasm, type EngineFileName, type EngineFiles } from './engine-files';
import { DETECTOR_MODEL, DETECTOR_WASM, engineFilesFor, GATE } from './engine-files-for';
import type { LoadProgress } from './load-progress';
import type { GraphRole } from './manifest';
import type { GraphMaker } from './models';
import { OrtRuntime } from './ort-graph';
import { beginOrt, loadOrt } from './ort-modules';

export interface EngineParts {
  /** The files of a stage. Rejects with a MemoError: `file-missing`, `model-integrity`. */
  fetch(role: GraphRole): Promise<void>;
  /** Null where the caller brings a face encoder of its own. */
  detector(): DetectorFiles | null;
  gate(): Promise<Bytes>;
  readonly createMaker: (backend: Backend, threads: number) => Promise<GraphMaker>;
}

/** @param own what the caller makes itself is not fetched */
export function engineParts(
  files: EngineFiles,
  backend: Backend,
  own: { readonly createFace?: unknown; readonly createMaker?: unknown },
  progress: LoadProgress,
): EngineParts {
  const names = engineFilesFor(backend).filter((name) => {
    if (name === DETECTOR_WASM || name === DETECTOR_MODEL) return own.createFace === undefined;
    return name === GATE || own.createMaker === undefined;
  });
  if (own.createMaker === undefined) beginOrt(backend);
  const arrival = progress.expect(files.bytesOf(names));
  const fetched = new Map<EngineFileName, Bytes | undefined>();
  let arrived = 0;
  const take = async (name: EngineFileName) => {
    const bytes = fetched.get(name);
    fetched.delete(name); // used once: nobody else keeps it in memory
    return bytes ?? files.one(name);
  };
  return {
    fetch: async (role) => {
      const asked = names.filter((name) => stageOf(name) === role);
      if (asked.length === 0) return;
      const contents = await files.load(asked, (bytes, item) => arrival.fetched(arrived + bytes, item));
      arrived += files.bytesOf(asked);
      asked.forEach((name, index) => fetched.set(name, contents[index]));
    },
    detector: () => {
      const [wasm, model] = [fetched.get(DETECTOR_WASM), fetched.get(DETECTOR_MODEL)];
      return wasm && model ? { wasm, model } : null;
    },
    gate: () => take(GATE),
    createMaker: async (wanted, threads) => {
      // before ONNX Runtime makes the first
      const buffers =
        wanted === 'webgpu' ? (await lateScript(() => import('./gpu-buffers'))).gpuBuffers() : undefined;
      const ort = await loadOrt(wanted, threads, await take(ortWasm(wanted)));
      // a function of here would keep what was fetched
      return new OrtRuntime(ort, buffers);
    },
  };
}

function stageOf(name: EngineFileName): GraphRole {
  return name === GATE ? 'voice' : 'face';
}
