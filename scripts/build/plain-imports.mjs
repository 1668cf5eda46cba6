/**
 * A late import as it is written. Vite wraps each in a helper that links style sheets and preloads; nothing that is loaded late here
 * has any, and the helper looks for a window, which a worker has not.
 */

/** What the helper is told beside the import: what to link, and from where. A user's webpack writes its builder's own path there. */
const TOLD = /,\s*__VITE_PRELOAD__(?:,\s*import\.meta\.url)?/g;

/** @returns {import('vite').Plugin} */
export function plainImports() {
  return {
    name: 'memo-plain-imports',
    apply: 'build',
    enforce: 'pre',
    // a user's Vite declares that name itself
    renderChunk: (code) =>
      code.includes('__vitePreload')
        ? { code: code.replaceAll('__vitePreload', 'memoLateImport').replaceAll(TOLD, ''), map: null }
        : null,
    load: (id) =>
      id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load();' : null,
  };
}
