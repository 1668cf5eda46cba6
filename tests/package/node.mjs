/** Run by Node in the project: each path of the exports map leads to a file, and what needs no browser works without one. */

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (specifier) => fileURLToPath(import.meta.resolve(specifier));
const { exports, customElements } = JSON.parse(readFileSync(at('memo-bert/package.json'), 'utf8'));
const samples = {
  './models/*': ['models/small/manifest.json', 'models/small/memobert.onnx', 'models/small/LICENCE.md'],
  './generated/*': ['generated/silero_vad.onnx', 'generated/mediapipe/vision_wasm_module_internal.wasm'],
};
for (const [key, target] of Object.entries(exports)) {
  for (const path of samples[key] ?? [key.replace(/^\.\/?/, '')]) {
    const specifier = path === '' ? 'memo-bert' : `memo-bert/${path}`;
    if (!existsSync(at(specifier))) throw new Error(`${specifier} leads to no file`);
  }
  const types = typeof target === 'object' ? target.types : undefined;
  if (types !== undefined && !existsSync(new URL(types, import.meta.resolve('memo-bert/package.json'))))
    throw new Error(`${key} has no types`);
}
if (!Object.values(exports).includes(customElements)) throw new Error(`${customElements} is not exported`);
const { modules } = JSON.parse(readFileSync(at('memo-bert/custom-elements.json'), 'utf8'));
const tags = modules.flatMap(({ declarations }) => declarations.flatMap(({ tagName }) => tagName ?? []));
if (!tags.includes('memo-bert') || tags.length < 14)
  throw new Error(`custom-elements.json names ${tags.join(', ')}`);
// who wraps the elements imports what the manifest names
for (const { path, exports: offered } of modules) {
  const module = await import(new URL(path, import.meta.resolve('memo-bert/package.json')));
  const names = offered.filter(({ kind }) => kind === 'js').map(({ name }) => name);
  const missing = names.filter((name) => typeof module[name] !== 'function');
  if (names.length < 12 || missing.length > 0)
    throw new Error(`custom-elements.json: ${path} exports ${names.length}, and not ${missing.join(', ')}`);
}
for (const file of ['custom-elements.json', 'web-types.json', 'vscode.css-custom-data.json']) {
  const text = readFileSync(at(`memo-bert/${file}`), 'utf8');
  const [unread] = /src\/elements|"default": "[A-Z][A-Z_]+"|default: undefined/.exec(text) ?? [];
  if (unread !== undefined) throw new Error(`${file} says ${unread}, which no user of the package can read`);
}

const editor = JSON.parse(readFileSync(at('memo-bert/vscode.html-custom-data.json'), 'utf8'));
const offered = editor.tags.flatMap(({ attributes }) => attributes.flatMap(({ values = [] }) => values));
const strange = offered.map(({ name }) => name).filter((name) => !/^[a-z-]+$/.test(name));
if (strange.length > 0 || !offered.some(({ name }) => name === 'webgpu'))
  throw new Error(`editors offer as values: ${strange.join(', ') || 'no device'}`);

const { CONDITIONS, MemoError, Recogniser, toCsv } = await import('memo-bert');
if (typeof toCsv !== 'function' || !CONDITIONS.includes('no-face'))
  throw new Error('the headless entry is not whole');
try {
  new Recogniser({ manifestUrl: '', assetBase: 'x' });
  throw new Error('an empty address was taken');
} catch (error) {
  if (!(error instanceof MemoError) || error.code !== 'input-invalid') throw error;
}
console.log(`${Object.keys(exports).length} paths resolve`);
