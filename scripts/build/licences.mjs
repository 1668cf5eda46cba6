/** The licences of what is bundled in `lib/`, each as its package has it. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BUNDLED = {
  lit: 'memo-bert.js, script/',
  '@lit/localize': 'memo-bert.js, script/',
  'hash-wasm': 'worker.js, speech-worker.js, chunks/',
  'onnxruntime-web': 'chunks/ort.*, assets/ort-*',
  '@mediapipe/tasks-vision': 'worker.js',
  '@huggingface/tokenizers': 'worker.js, chunks/transformers.web.js',
  '@huggingface/transformers': 'chunks/transformers.web.js',
  mediabunny: 'chunks/demuxed-media.js, script/demuxed-media.js; unchanged, its source is the npm package',
};

/** @param {string} root the project */
export function writeLicences(root, path) {
  const parts = Object.entries(BUNDLED).map(([name, where]) => {
    const folder = join(root, 'node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text =
      file === undefined
        ? `${license}: https://spdx.org/licenses/${license}.html`
        : readFileSync(join(folder, file), 'utf8');
    const head = `${name} ${version} (${license}) in ${where}`;
    return `${head}\n${'='.repeat(head.length)}\n\n${text.trim()}\n`;
  });
  writeFileSync(path, `Bundled in this folder\n\n${parts.join('\n\n')}`);
}
