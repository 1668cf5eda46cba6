/** What the masking playground alone runs: fetched, compiled and checked when somebody asks for it first. */

import type { BackendChoice } from './backends';
import type { Bundle } from './bundle';
import { goldenOf } from './golden';
import type { Graph } from './graph';
import { choose } from './graph-plan';
import { FILLED_WORDS, HEADS_GRAPH, type GoldenVectors, type GraphName } from './manifest';
import { verifyGraph, type Models } from './models';
import { once } from './once';

/** Every caller gets the same graph; after a failure the next tries again. Rejects with a MemoError. */
export type LoadGraph = () => Promise<Graph>;

export interface PlaygroundGraphs {
  /** What fills in masked faces and voice; null where the bundle has none. */
  readonly heads: LoadGraph | null;
  /** MEmoBERT with all of its outputs. */
  readonly whole: LoadGraph;
  /** Whether `filled_words` is among them. */
  readonly ownWords: boolean;
}

export function playgroundGraphs(
  bundle: Pick<Bundle, 'manifest' | 'fetch'>,
  golden: GoldenVectors,
  models: Pick<Models, 'openLater' | 'leanFusion'>,
  backend: BackendChoice,
  fusion: Graph,
): PlaygroundGraphs {
  const { manifest } = bundle;
  const later = (name: GraphName) =>
    once(async () => {
      const choice = choose(manifest, name, backend);
      // nothing is settled: another tab may have put a newer version in this one's place since
      const [bytes] = await bundle.fetch([choice.file], () => undefined);
      if (bytes === undefined) throw new RangeError('fewer files than were asked for');
      const graph = await models.openLater(name, bytes);
      try {
        await verifyGraph(graph, choice, golden, backend.name);
      } catch (error) {
        // the next attempt opens another
        await graph.close().catch(() => undefined);
        throw error;
      }
      return graph;
    });
  return {
    heads: manifest.graphs[HEADS_GRAPH] === undefined ? null : later(HEADS_GRAPH),
    // the file is in the cache
    whole: models.leanFusion ? later('memobert') : () => Promise.resolve(fusion),
    ownWords: goldenOf(golden, 'memobert').outputs[FILLED_WORDS] !== undefined,
  };
}
