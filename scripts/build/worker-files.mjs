/**
 * Leaves `new Worker(new URL('./worker.js', import.meta.url))` in what is built, for the user's bundler to find: the workers are
 * entries beside the others, not files that only this build knows.
 */

import { dirname, relative } from 'node:path/posix';

/** The worker's source, by the folder it is named in, to its file in the build. */
const WORKERS = { runtime: 'worker.js', speech: 'speech-worker.js' };
const NAMED = /new URL\('\.\/worker\.ts', import\.meta\.url\)/g;
const PLACE = /MEMO_WORKER_FILE_(\w+?)_END/g;

/** @returns {import('vite').Plugin} */
export function workerFiles() {
  return {
    name: 'memo-worker-files',
    enforce: 'pre',
    transform(code, id) {
      const folder = /\/src\/(\w+)\/[\w-]+\.ts$/.exec(id)?.[1];
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
