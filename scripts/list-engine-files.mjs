/**
 * Writes `src/runtime/engine-files.json`: size and SHA-256 of what the engine runs beside a bundle. Run it after one of these
 * packages changed, and look at the difference before you commit it.
 */

import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMain } from './main.mjs';
import { prepareAssets } from './prepare-assets.mjs';

const ORT = 'node_modules/onnxruntime-web/dist';
const GENERATED = 'public/generated';
const FILES = {
  'ort-webgpu-jspi.wasm': `${ORT}/ort-wasm-simd-threaded.jspi.wasm`,
  'ort-webgpu.wasm': `${ORT}/ort-wasm-simd-threaded.asyncify.wasm`,
  'ort-wasm.wasm': `${ORT}/ort-wasm-simd-threaded.wasm`,
  'mediapipe/vision_wasm_module_internal.wasm': `${GENERATED}/mediapipe/vision_wasm_module_internal.wasm`,
  'face_detector.tflite': `${GENERATED}/face_detector.tflite`,
  'silero_vad.onnx': `${GENERATED}/silero_vad.onnx`,
};

/**
 * @param {{ root: string }} options `root`: the folder with `package.json` and `node_modules`
 * @returns {Promise<Record<string, { bytes: number, sha256: string }>>} by the names of `ENGINE_FILES`
 */
export async function listEngineFiles({ root }) {
  await prepareAssets({ root });
  const entries = Object.entries(FILES).map(async ([name, path]) => {
    const data = await readFile(join(root, path));
    return [name, { bytes: data.byteLength, sha256: createHash('sha256').update(data).digest('hex') }];
  });
  return Object.fromEntries(await Promise.all(entries));
}

if (isMain(import.meta.url)) {
  const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
  const target = join(root, 'src/runtime/engine-files.json');
  await writeFile(target, `${JSON.stringify(await listEngineFiles({ root }), null, 2)}\n`);
  console.log(target);
}
