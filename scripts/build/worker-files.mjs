/**
 * Leaves `new Worker(new URL('./worker.js', import.meta.url))` in what is built, for the user's bundler to find: the workers are
 * entries beside the others, not files that only this build knows.
 */

import { dirname, relative } from 'node:path/posix';
import { slashed } from './paths.mjs';

/** The worker's source, by the folder it is named in, to its file in the build. */
const WORKERS = { runtime: 'worker.js', speech: 'speech-worker.js' };
const NAMED = /new URL\('\.\/worker\.ts', import\.meta\.url\)/g;
const NAMED_WORKER = "new URL('./worker.ts', import.meta.url)";
const PLACE = /MEMO_WORKER_FILE_(\w+?)_END/g;

/** @returns {import('vite').Plugin} */
export function workerFiles() {
  return {
    name: 'memo-worker-files',
    enforce: 'pre',
    transform(code, id) {
      const folder = /\/src\/(\w+)\/[\w-]+\.ts$/.exec(slashed(id))?.[1];
      if (folder === undefined || !Object.hasOwn(WORKERS, folder) || !NAMED.test(code)) return null;
      return {
        code: code.replace(NAMED, `new URL(MEMO_WORKER_FILE_${folder}_END, import.meta.url)`),
        map: null,
      };
    },
    renderChunk(code, { fileName }) {
      if (!code.includes('MEMO_WORKER_FILE_')) return null;
      const path = (folder) => {
        const way = relative(dirname(fileName), WORKERS[folder]);
        return JSON.stringify(way.startsWith('.') ? way : `./${way}`);
      };
      return { code: code.replace(PLACE, (_, folder) => path(folder)), map: null };
    },
  };
}

/**
 * Workers as entries of the page's own build: what page and workers both need is one file that both import, in place of a copy
 * each. Under names with hashes, so that an old page never meets a new worker.
 * @returns {import('vite').Plugin}
 */
export function workerEntries() {
  return {
    name: 'memo-worker-entries',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      const [, path, folder] = /^(.*\/src\/(\w+)\/)[\w-]+\.ts$/.exec(slashed(id)) ?? [];
      if (folder === undefined || !Object.hasOwn(WORKERS, folder) || !code.includes(NAMED_WORKER))
        return null;
      const name = WORKERS[folder].replace('.js', '');
      const file = this.emitFile({ type: 'chunk', id: `${path}worker.ts`, name });
      return { code: code.replace(NAMED_WORKER, `import.meta.ROLLUP_FILE_URL_${file}`), map: null };
    },
  };
}
