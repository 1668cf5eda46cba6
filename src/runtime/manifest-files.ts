/** What a manifest names: its graphs, and every file. */

import {
  FACE_GRAPHS,
  GRAPHS,
  HEADS_GRAPH,
  VOICE_HALVES,
  type BundleFile,
  type GraphName,
  type Manifest,
} from './manifest';

const NAMES: ReadonlySet<GraphName> = new Set([...FACE_GRAPHS, ...GRAPHS, ...VOICE_HALVES, HEADS_GRAPH]);

/** The graphs that the bundle has. */
export function graphsOf({ graphs }: Manifest): readonly GraphName[] {
  return [...NAMES].filter((name) => graphs[name] !== undefined);
}

/** Every file, whichever backend needs it. */
export function filesOf(manifest: Manifest): readonly BundleFile[] {
  const graphFiles = graphsOf(manifest).flatMap((name) => Object.values(manifest.graphs[name] ?? {}));
  const { tokenizer, tokenizerConfig } = manifest.text;
  return [tokenizer, tokenizerConfig, manifest.golden, ...graphFiles];
}
