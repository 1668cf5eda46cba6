/** The emitted declarations as a package ships them: with file endings, which Node's resolution asks for, and without what no entry leads to. */

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const SOURCE = /(\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)'(\.{1,2}(?:\/[^']*)?)'/g;
const DOUBLE = /(\bimport\s*\(\s*|\bfrom\s+)"(\.{1,2}(?:\/[^"]*)?)"/g;

/** `./errors` by its file: `./errors.js`, or `./events/index.js` of a folder. */
export function withEnding(source, folder) {
  if (existsSync(resolve(folder, `${source}.d.ts`))) return `${source}.js`;
  if (existsSync(resolve(folder, source, 'index.d.ts'))) return `${source.replace(/\/$/, '')}/index.js`;
  return source;
}

/**
 * What the declarations name of the platform and a user's `lib` may not have: WebGPU before TypeScript 6, a page's own in a worker.
 * Each merges with the real one where there is one.
 */
const PLATFORM = [
  ...['GPUAdapter', 'GPUBuffer', 'GPUDevice'],
  ...['AudioBuffer', 'BaseAudioContext', 'CanvasRenderingContext2D', 'HTMLTrackElement'],
  ...['MediaStream', 'MediaStreamConstraints', 'MediaStreamTrack', 'MediaTrackConstraints'],
];
const PLATFORM_FILE = 'platform.d.ts';

function rewritten(path) {
  const folder = dirname(path);
  const found = [];
  const name = (quote) => (_all, before, source) => {
    const full = withEnding(source, folder);
    found.push(resolve(folder, full.replace(/\.js$/, '.d.ts')));
    return `${before}${quote}${full}${quote}`;
  };
  const text = readFileSync(path, 'utf8').replace(SOURCE, name("'")).replace(DOUBLE, name('"'));
  writeFileSync(path, text);
  return found;
}

function referToPlatform(folder, entry) {
  const path = join(folder, entry);
  const way = relative(dirname(path), join(folder, PLATFORM_FILE)).replaceAll('\\', '/');
  writeFileSync(path, `/// <reference path="${way}" />\n${readFileSync(path, 'utf8')}`);
}

/**
 * @param {string} folder where the compiler put them
 * @param {readonly string[]} entries relative to it
 * @returns {number} files that are left
 */
export function finishTypes(folder, entries) {
  const seen = new Set();
  const open = entries.map((entry) => resolve(folder, entry));
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue;
    if (!existsSync(path)) throw new Error(`${path} is named and was not emitted`);
    seen.add(path);
    open.push(...rewritten(path));
  }
  for (const entry of entries) referToPlatform(folder, entry);
  seen.add(resolve(folder, PLATFORM_FILE));
  writeFileSync(join(folder, PLATFORM_FILE), PLATFORM.map((name) => `interface ${name} {}\n`).join(''));
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = resolve(join(entry.parentPath, entry.name));
    if (entry.isFile() && !seen.has(path)) rmSync(path);
  }
  return seen.size;
}
