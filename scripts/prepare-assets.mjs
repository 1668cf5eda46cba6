/**
 * Fills `public/generated/` (git-ignored) with what the inference worker loads beside the model bundle:
 * MediaPipe's WebAssembly, the face detector, the speech gate, and their licences. All of it is made from the installed npm
 * packages. Done again only when a package or this recipe changes.
 */
import { access, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { imageInputMetadata, withMetadata } from './assets/tflite-metadata.mjs';
import { isMain } from './main.mjs';
import { licencesText, shippedPackages } from './third-party.mjs';

/** Raised whenever what is made below changes. */
const RECIPE = 3;
/** All that tasks-vision fetches in a module worker: every browser with WebGPU or ES module workers has WebAssembly SIMD. */
const MEDIAPIPE_FILES = ['vision_wasm_module_internal.js', 'vision_wasm_module_internal.wasm'];
const STAMP = 'stamp.json';

/**
 * @param {{ root: string, force?: boolean }} options `root`: the folder with `package.json` and `node_modules`
 * @returns {Promise<{ folder: string, made: boolean }>} `made` is false when everything was up to date
 * @throws {Error} when a package is not installed
 */
export async function prepareAssets({ root, force = false }) {
  const folder = join(root, 'public', 'generated');
  const stamp = JSON.stringify({ recipe: RECIPE, packages: await versions(root) });
  if (!force && (await isCurrent(folder, stamp))) return { folder, made: false };
  const packed = (name, path) => join(root, 'node_modules', name, path);
  await rm(join(folder, STAMP), { force: true });
  await mkdir(join(folder, 'mediapipe'), { recursive: true });
  for (const file of MEDIAPIPE_FILES) {
    await copyFile(packed('@mediapipe/tasks-vision', `wasm/${file}`), join(folder, 'mediapipe', file));
  }
  const detector = await readFile(packed('@mediapipe/face_detection', 'face_detection_short_range.tflite'));
  const metadata = imageInputMetadata({ name: 'BlazeFace short range', mean: 127.5, std: 127.5 });
  await writeFile(join(folder, 'face_detector.tflite'), withMetadata(detector, metadata));
  await copyFile(packed('@ricky0123/vad-web', 'dist/silero_vad_v5.onnx'), join(folder, 'silero_vad.onnx'));
  await writeFile(join(folder, 'LICENCES.txt'), await licencesText(root));
  // Last: an interrupted run is not taken for a finished one.
  await writeFile(join(folder, STAMP), stamp);
  return { folder, made: true };
}

/** The files of {@link prepareAssets}, relative to its folder. */
export const GENERATED_FILES = [
  ...MEDIAPIPE_FILES.map((file) => `mediapipe/${file}`),
  'face_detector.tflite',
  'silero_vad.onnx',
  'LICENCES.txt',
];

/** Of all that is shipped: LICENCES.txt names them. */
async function versions(root) {
  return Object.fromEntries((await shippedPackages(root)).map(({ name, version }) => [name, version]));
}

async function isCurrent(folder, stamp) {
  const written = await readFile(join(folder, STAMP), 'utf8').catch(() => null);
  if (written !== stamp) return false;
  const present = GENERATED_FILES.map((file) =>
    access(join(folder, file)).then(
      () => true,
      () => false,
    ),
  );
  return (await Promise.all(present)).every(Boolean);
}

if (isMain(import.meta.url)) {
  const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
  const { folder, made } = await prepareAssets({ root, force: process.argv.includes('--force') });
  console.log(`${folder}: ${made ? 'made' : 'up to date'}`);
}
