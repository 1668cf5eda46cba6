/** The service worker, built last: it names every file of the build with its hash. One classic script, for all browsers. */

import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { listBuild } from './build-list.mjs';
import { PAGE_HEADERS, SCRIPT_HEADERS } from './policy.mjs';

/**
 * @param {{ root: string }} options `root`: the folder with `src`
 * @returns {import('vite').Plugin}
 */
export function serviceWorker({ root }) {
  let folder = '';
  let failed = false;
  return {
    name: 'memo-service-worker',
    apply: 'build',
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    buildEnd(error) {
      failed = error !== undefined;
    },
    renderError() {
      failed = true;
    },
    closeBundle: {
      sequential: true,
      order: 'post',
      async handler() {
        // what went wrong is told, not that there is no build to list
        if (failed) return;
        await rm(join(folder, 'service-worker.js'), { force: true });
        const list = await listBuild(folder);
        await build({
          configFile: false,
          root,
          publicDir: false,
          logLevel: 'warn',
          define: {
            __MEMO_BUILD__: JSON.stringify({
              ...list,
              pageHeaders: PAGE_HEADERS,
              scriptHeaders: SCRIPT_HEADERS,
            }),
          },
          build: {
            target: 'es2023',
            outDir: folder,
            emptyOutDir: false,
            lib: {
              entry: join(root, 'src/app/service-worker/service-worker.ts'),
              formats: ['iife'],
              name: 'memoServiceWorker',
              fileName: () => 'service-worker.js',
            },
          },
        });
      },
    },
  };
}
