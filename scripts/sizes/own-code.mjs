/** The worker's own code: bundled once more with everything that is other people's left out. */

import { build } from 'vite';
import { plainImports } from '../build/plain-imports.mjs';
import { gzipBytes } from './measure.mjs';

const OTHERS = /^(?:onnxruntime-web|@mediapipe\/|@huggingface\/)/;

/** @returns {Promise<number>} bytes, gzip */
export async function workersOwnBytes(root) {
  const { output } = await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    plugins: [plainImports()],
    build: {
      write: false,
      target: 'es2023',
      assetsInlineLimit: 0,
      rollupOptions: {
        input: 'src/runtime/worker.ts',
        external: (id) => OTHERS.test(id) && !id.includes('?'),
      },
    },
  });
  return output.reduce((sum, file) => sum + (file.type === 'chunk' ? gzipBytes(file.code) : 0), 0);
}
