/** transformers.js gets the build of ONNX Runtime that the speech worker chose, not one of its own from elsewhere. */

import { fileURLToPath } from 'node:url';
import { slashed } from './paths.mjs';

/** @returns {import('vite').Plugin} */
export function speechRuntime() {
  return {
    name: 'memo-speech-runtime',
    enforce: 'pre',
    resolveId: (source, importer = '') =>
      source === 'onnxruntime-web/webgpu' && slashed(importer).includes('@huggingface/transformers')
        ? // what a plugin resolves is taken as it is
          slashed(fileURLToPath(new URL('../../src/speech/transformers-ort.ts', import.meta.url)))
        : null,
  };
}
