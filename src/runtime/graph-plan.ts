/** Which graph, and which of its files, each part of the recogniser runs on a backend: the manifest's word and what the GPU can do. */

import { MemoError } from '../errors';
import type { Backend } from '../memobert/estimate';
import { BACKENDS, type BackendChoice } from './backends';
import type { GraphFile, GraphName, GraphRole, Manifest, Precision } from './manifest';

export interface GraphChoice {
  readonly name: GraphName;
  readonly precision: Precision;
  readonly file: GraphFile;
}

export type GraphPlan = Readonly<Record<GraphRole, GraphChoice>>;

/** What a plan depends on. */
export type Target = Pick<BackendChoice, 'name' | 'shaderF16'>;

/** @throws MemoError `backend-unavailable` when the bundle has nothing that can run there */
export function planGraphs(manifest: Manifest, target: Target): GraphPlan {
  return {
    face: choose(manifest, faceGraph(manifest, target.name), target),
    voice: choose(manifest, 'wav2vec2', target),
    fusion: choose(manifest, 'memobert', target),
  };
}

export function faceGraph({ face }: Manifest, backend: Backend): GraphName {
  return face.graphs?.[backend] ?? 'denseface';
}

/** Whether it is meant for that backend, and the GPU has the arithmetic: without `shader-f16` there are no 16-bit floats. */
export function canRun({ precision, file }: GraphChoice, { name, shaderF16 }: Target): boolean {
  if (file.backends !== undefined && !file.backends.includes(name)) return false;
  return name !== 'webgpu' || precision !== 'fp16' || shaderF16;
}

/** @throws MemoError `backend-unavailable` */
export function choose(manifest: Manifest, name: GraphName, target: Target): GraphChoice {
  const files = manifest.graphs[name] ?? {};
  const able = BACKENDS[target.name].precisions
    .flatMap((precision) => {
      const file = files[precision];
      return file === undefined ? [] : [{ name, precision, file }];
    })
    .filter((choice) => canRun(choice, target));
  // a file that names the backend was measured on it: it goes before the usual order
  const choice = able.find(({ file }) => file.backends !== undefined) ?? able[0];
  if (choice !== undefined) return choice;
  throw new MemoError(
    'backend-unavailable',
    `The bundle has no file of the graph ${name} that ${target.name} can run here.`,
    'Leave the choice of device to the page, or export the bundle with a file for it.',
  );
}
