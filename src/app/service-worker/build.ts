/** What the service worker knows of the build it was made for; `scripts/vite/build-list.mjs` writes it. */

/**
 * When a file is kept: `shell` at once; `engine`, and the one of `webgpu` and `wasm` that the device runs, with `extra` when they
 * are used or asked for; `speech` when it is used.
 */
export const GROUPS = ['shell', 'engine', 'webgpu', 'wasm', 'extra', 'speech'] as const;
export type Group = (typeof GROUPS)[number];

export interface BuildFile {
  /** Below the scope. */
  readonly path: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
  readonly group: Group;
}

export interface Build {
  /** Of all files together. */
  readonly version: string;
  readonly files: readonly BuildFile[];
  /** Set on a page where its host says nothing. */
  readonly pageHeaders: Readonly<Record<string, string>>;
  /** Likewise on a script, which may be a worker's. */
  readonly scriptHeaders: Readonly<Record<string, string>>;
}

/** The page, by its file; the folder's own address is the same. */
export const PAGE = 'index.html';
