/**
 * The worker's own code: bundled once more with everything that is other people's left out, and counted as far as a worker brings it
 * at its start. What it imports late (masking, the hash of a first download) stands in the report with its file.
 */

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
  const chunks = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file]] : [])));
  const atOnce = new Set([...chunks.values()].filter(({ isEntry }) => isEntry));
  // grows while it is gone through
  for (const { imports } of atOnce) {
    for (const name of imports) if (chunks.has(name)) atOnce.add(chunks.get(name));
  }
  return [...atOnce].reduce((sum, { code }) => sum + gzipBytes(code), 0);
}
