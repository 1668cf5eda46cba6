/** Which graph, and which of its files, each part of the recogniser runs on a backend: the manifest's word and what the GPU can do. */

import { MemoError } from '../errors';
import type { Backend } from '../memobert/estimate';
import { BACKENDS, type BackendChoice } from './backends';
import {
  GRAPH_ROLES,
  VOICE_HALVES,
  type GraphFile,
  type GraphName,
  type GraphRole,
  type Manifest,
  type Precision,
} from './manifest';

export interface GraphChoice {
  readonly name: GraphName;
  readonly precision: Precision;
  readonly file: GraphFile;
}

/** Something for each part that runs: with `frames`, the voice is in two graphs, and `voice` is the second. */
export type ByRole<T> = Readonly<Record<GraphRole, T>> & { readonly frames?: T };
export type PlanRole = keyof ByRole<unknown>;
export type GraphPlan = ByRole<GraphChoice>;

/** Those that are there, in the order in which a load takes them. */
export function rolesOf(by: ByRole<unknown>): readonly PlanRole[] {
  return by.frames === undefined ? GRAPH_ROLES : ['face', 'frames', 'voice', 'fusion'];
}

export function mapRoles<T, U>(by: ByRole<T>, make: (entry: T) => U): ByRole<U> {
  const whole = { face: make(by.face), voice: make(by.voice), fusion: make(by.fusion) };
  return by.frames === undefined ? whole : { ...whole, frames: make(by.frames) };
}

/** What a plan depends on. */
export type Target = Pick<BackendChoice, 'name' | 'shaderF16'>;

/** @throws MemoError `backend-unavailable` when the bundle has nothing that can run there */
export function planGraphs(manifest: Manifest, target: Target): GraphPlan {
  return {
    face: choose(manifest, faceGraph(manifest, target.name), target),
    ...voiceGraphs(manifest, target),
    fusion: choose(manifest, 'memobert', target),
  };
}

function voiceGraphs(manifest: Manifest, target: Target): Pick<GraphPlan, 'voice' | 'frames'> {
  const [frames, context] = VOICE_HALVES;
  if (manifest.graphs[frames] === undefined) return { voice: choose(manifest, 'wav2vec2', target) };
  return { frames: choose(manifest, frames, target), voice: choose(manifest, context, target) };
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
