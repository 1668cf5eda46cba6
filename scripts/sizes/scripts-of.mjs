/** Which scripts of a build bring which others with them, read from the built files themselves. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as posix from 'node:path/posix';
import { parseAst } from 'vite';

const STATIC = new Set(['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration']);

/** Scripts that a script imports at its top, relative to the build; with itself, each once. */
export function closure(dist, entry, found = new Set()) {
  if (found.has(entry)) return found;
  found.add(entry);
  for (const { type, source } of parseAst(readFileSync(join(dist, entry), 'utf8')).body) {
    if (STATIC.has(type) && source) closure(dist, posix.join(posix.dirname(entry), source.value), found);
  }
  return found;
}

/** Files of the build that a script names anywhere in its text: late imports, workers, WebAssembly. */
export function named(dist, script, files) {
  const text = readFileSync(join(dist, script), 'utf8');
  return files.filter(
    (file) => file !== script && file.startsWith('assets/') && text.includes(file.slice('assets/'.length)),
  );
}
