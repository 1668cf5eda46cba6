/**
 * A late import as it is written. Vite wraps each in a helper that links style sheets and preloads; nothing that is loaded late here
 * has any, and the helper looks for a window, which a worker has not.
 */

/** @returns {import('vite').Plugin} */
export function plainImports() {
  return {
    name: 'memo-plain-imports',
    apply: 'build',
    enforce: 'pre',
    load: (id) =>
      id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load();' : null,
  };
}
