/** Every file of a build, by the situation in which a visitor downloads it. `tests/sizes.e2e.ts` holds this against what a browser asks for. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { closure, named } from './scripts-of.mjs';

/** What each group is, in the order of the report. */
export const GROUPS = {
  page: 'the page around the element',
  script: 'the module that a page of yours names',
  element: 'the element and the page’s side of the engine',
  start: 'what works on estimates, fetched while a model loads',
  time: 'what shows estimates over time, and their pace, fetched after the first answer, or with a file',
  headless: 'what only the headless entry has, beside what it shares with the element',
  worker:
    'the engine’s worker, beside what it shares with the element; `vendor` is MediaPipe’s script and the tokeniser',
  wasm: 'ONNX Runtime for WebAssembly',
  webgpu: 'ONNX Runtime for WebGPU, and the face’s way on it',
  'webgpu-asyncify':
    'in place of its `jspi` where the browser cannot suspend WebAssembly (JSPI: Chromium before 137 has none)',
  senses: 'MediaPipe, the face detector, the speech gate',
  model: 'the model, on both backends',
  'model-wasm': 'the model, on WebAssembly only',
  'model-webgpu': 'the model, on WebGPU only',
  late: 'only when somebody asks for it: a source (the camera is `live`), a part, another language',
  none: 'nothing that a page downloads',
};

/** What is downloaded in each situation, as groups. */
export const SITUATIONS = {
  'embedded, before Start': ['script', 'element'],
  'embedded, on WebAssembly': [
    'script',
    'element',
    'start',
    'time',
    'worker',
    'wasm',
    'senses',
    'model',
    'model-wasm',
  ],
  'embedded, on WebGPU': [
    'script',
    'element',
    'start',
    'time',
    'worker',
    'webgpu',
    'senses',
    'model',
    'model-webgpu',
  ],
  'the page, before Start': ['page', 'element'],
  'the page, on WebAssembly': [
    'page',
    'element',
    'start',
    'time',
    'worker',
    'wasm',
    'senses',
    'model',
    'model-wasm',
  ],
  'the page, on WebGPU': [
    'page',
    'element',
    'start',
    'time',
    'worker',
    'webgpu',
    'senses',
    'model',
    'model-webgpu',
  ],
};

const NEVER =
  /^(?:.*\.(?:md|schema\.json)|models\/small\/training\.json|generated\/(?:LICENCES\.txt|stamp\.json))$/;

/** @returns {string[]} all files of a build, relative, with slashes */
export function filesOf(dist) {
  return (
    readdirSync(dist, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(dist, join(entry.parentPath, entry.name)).split(sep).join('/'))
      // the examples, with a runtime of their own, are built beside the page to be tested
      .filter((file) => !file.startsWith('frameworks/'))
      .toSorted()
  );
}

/** @returns {Map<string, keyof GROUPS>} */
export function groupsOf(dist) {
  const files = filesOf(dist);
  const groups = new Map();
  // the first word counts
  const put = (group, some) => {
    for (const file of some) if (!groups.has(file)) groups.set(file, group);
  };
  const element = [...closure(dist, 'memo-bert.js')];
  put('script', ['memo-bert.js']);
  put('element', element);
  const late = (name) =>
    element
      .flatMap((script) => named(dist, script, files))
      .filter((file) => file.startsWith(`assets/${name}-`))
      .flatMap((file) => [...closure(dist, file)]);
  put('start', late('with-model'));
  put('time', late('over-time'));
  put('headless', closure(dist, 'recogniser.js'));
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const inPage = [...html.matchAll(/<(?:script[^>]* src|link[^>]* href)="\.\/([^"]+)"/g)].map(
    ([, file]) => file,
  );
  put('page', [
    'index.html',
    ...inPage,
    ...inPage.filter((file) => file.endsWith('.js')).flatMap((file) => [...closure(dist, file)]),
  ]);
  putWorker(put, dist, files, element);
  put(
    'senses',
    files.filter((file) => file.startsWith('generated/') && !NEVER.test(file)),
  );
  for (const [group, some] of Object.entries(modelFiles(dist))) put(group, some);
  put(
    'none',
    files.filter((file) => NEVER.test(file)),
  );
  put('late', files);
  return groups;
}

/** The worker that the element starts at once, and the ONNX Runtime of each backend. */
function putWorker(put, dist, files, element) {
  const workers = element
    .flatMap((script) => named(dist, script, files))
    .filter((file) => /\/worker-(?!client)[^/]*$/.test(file));
  const atOnce = workers.flatMap((worker) => [...closure(dist, worker)]);
  // a first visit downloads, and hashes what comes
  const hashes = atOnce
    .flatMap((script) => named(dist, script, files))
    .filter((file) => /\/sha256-/.test(file));
  const scripts = [...atOnce, ...hashes];
  put('worker', scripts);
  const runtime = scripts
    .flatMap((script) => named(dist, script, files))
    .filter((file) => /\/(?:ort|gpu)[.-]/.test(file))
    .flatMap((file) => (file.endsWith('.js') ? [...closure(dist, file)] : [file]));
  const needsAsyncify = (file) => /ort\.webgpu|asyncify/.test(file);
  const isWebGpu = (file) => /gpu|asyncify|jspi/.test(file);
  put('webgpu-asyncify', runtime.filter(needsAsyncify));
  put('webgpu', runtime.filter(isWebGpu));
  put(
    'wasm',
    runtime.filter((file) => !isWebGpu(file)),
  );
}

function modelFiles(dist) {
  const folder = 'models/small';
  const manifest = JSON.parse(readFileSync(join(dist, folder, 'manifest.json'), 'utf8'));
  const { text, golden } = manifest;
  const [wasm, webgpu] = ['wasm', 'webgpu'].map((backend) => graphFiles(manifest, backend));
  const without = (some, others) => some.filter((path) => !others.includes(path));
  const at = (paths) => paths.map((path) => `${folder}/${path}`);
  return {
    model: at([
      'manifest.json',
      text.tokenizer.path,
      text.tokenizerConfig.path,
      golden.path,
      ...wasm.filter((path) => webgpu.includes(path)),
    ]),
    'model-wasm': at(without(wasm, webgpu)),
    'model-webgpu': at(without(webgpu, wasm)),
  };
}

/** As `src/runtime/graph-plan.ts` chooses: a file that names the backend, else the plain one. */
function graphFiles({ face, graphs }, backend) {
  const streams = graphs['wav2vec2-features'] !== undefined && graphs['wav2vec2-context'] !== undefined;
  const voice = streams ? ['wav2vec2-features', 'wav2vec2-context'] : ['wav2vec2'];
  return [face.graphs?.[backend] ?? 'denseface', ...voice, 'memobert'].map((name) => {
    const files = Object.values(graphs[name]);
    return (files.find(({ backends }) => backends?.includes(backend)) ?? graphs[name].fp32 ?? files[0]).path;
  });
}
