/** The built files as the service worker must know them: hash, and when each is kept. */

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * First match decides; null: not the service worker's. Weights and WebAssembly lie in the engine's own cache, by content
 * (`src/runtime/file-cache.ts`), so that no byte is stored twice.
 */
const GROUPS = [
  [/^(service-worker\.js|models\/.*\.(?!md$)[^.]+|.*\.(wasm|onnx|tflite|map)|generated\/stamp\.json)$/, null],
  [/^(screenshots\/|examples\/|assets\/(parts|states|gallery)-)/, null],
  [/^assets\/ort(\.webgpu|\.jspi|-wasm-simd-threaded\.(asyncify|jspi))/, 'webgpu'],
  [/^assets\/ort(\.wasm|-wasm-simd-threaded-)/, 'wasm'],
  [/^assets\/transformers/, 'speech'],
  [/^generated\/mediapipe\//, 'engine'],
  [/^(actor\/|models\/|generated\/|assets\/demuxed-media)/, 'extra'],
  [/./, 'shell'],
];

/** @param {string} path of a built file @returns {string | null} */
export function groupOf(path) {
  return GROUPS.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}

/**
 * @param {string} folder the build
 * @returns {Promise<{ version: string, files: { path: string, sha256: string, bytes: number, group: string }[] }>}
 *   `version`: of all files, those of other groups too
 */
export async function listBuild(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll('\\', '/'))
    .map((path) => path.replace(/^\//, ''))
    .filter((path) => path !== 'service-worker.js')
    .toSorted();
  const version = createHash('sha256');
  const files = [];
  for (const path of paths) {
    const data = await readFile(join(folder, path));
    const sha256 = createHash('sha256').update(data).digest('hex');
    version.update(`${path} ${sha256}\n`);
    const group = groupOf(path);
    if (group !== null) files.push({ path, sha256, bytes: data.byteLength, group });
  }
  return { version: version.digest('hex').slice(0, 16), files };
}
