/** The graph that fills in masked faces and voice: fetched, compiled and checked when somebody asks for it first. */

import type { BackendChoice } from './backends';
import type { Bundle } from './bundle';
import type { BundleContents } from './bundle-contents';
import type { Graph } from './graph';
import { choose } from './graph-plan';
import { HEADS_GRAPH } from './manifest';
import { verifyGraph, type Models } from './models';

/** Every caller gets the same graph; after a failure the next tries again. Rejects with a MemoError. */
export type LoadHeads = () => Promise<Graph>;

/** Null where the bundle has none. */
export function headsLoader(
  bundle: Pick<Bundle, 'manifest' | 'load'>,
  contents: Pick<BundleContents, 'golden'>,
  models: Pick<Models, 'openLater'>,
  backend: BackendChoice,
): LoadHeads | null {
  const { manifest } = bundle;
  if (manifest.graphs[HEADS_GRAPH] === undefined) return null;
  const open = async () => {
    const choice = choose(manifest, HEADS_GRAPH, backend);
    const [bytes] = await bundle.load([choice.file], () => undefined);
    if (bytes === undefined) throw new RangeError('fewer files than were asked for');
    const graph = await models.openLater(HEADS_GRAPH, bytes);
    await verifyGraph(graph, choice, contents, backend.name);
    return graph;
  };
  let loading: Promise<Graph> | null = null;
  return () => {
    loading ??= open().catch((error: unknown) => {
      loading = null;
      throw error;
    });
    return loading;
  };
}
