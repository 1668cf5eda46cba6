/**
 * `<link rel="modulepreload">` for what a page's entry imports at once: without it a browser learns of each script from the one before, a
 * round trip each. Vite's own (`build.modulePreload`) brings a helper into the scripts, which needs a document.
 */

/**
 * @param {string} page its file, as `index.html`
 * @returns {import('vite').Plugin}
 */
export function preloads(page) {
  return {
    name: 'memo-preloads',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { path, chunk, bundle }) =>
        path !== `/${page}` || !chunk || !bundle
          ? []
          : importsOf(chunk, bundle).map((file) => ({
              tag: 'link',
              attrs: { rel: 'modulepreload', crossorigin: true, href: `./${file}` },
              injectTo: 'head',
            })),
    },
  };
}

/**
 * @param {{ imports: readonly string[] }} chunk
 * @param {Readonly<Record<string, { imports?: readonly string[] }>>} bundle by file name
 * @returns {string[]} what it imports statically, at whatever depth; itself is not among them
 */
export function importsOf(chunk, bundle) {
  /** @type {Set<string>} */
  const found = new Set(chunk.imports);
  // a set goes on through what is added meanwhile
  for (const file of found) for (const further of bundle[file]?.imports ?? []) found.add(further);
  return [...found];
}
