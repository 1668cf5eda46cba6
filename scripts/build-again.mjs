/** Builds once more, elsewhere, and compares: the same sources give the same bytes, file by file. `dist/` must have been built. */

import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { isMain } from './main.mjs';
import { root, sh } from './setup.mjs';

/** Path -> SHA-256 of every file in a folder. */
export function hashesOf(folder) {
  const files = readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
  return new Map(
    files.map((path) => [
      relative(folder, path).replaceAll('\\', '/'),
      createHash('sha256').update(readFileSync(path)).digest('hex'),
    ]),
  );
}

/** Files that are in one alone, or not the same in both, sorted. */
export function differing(a, b) {
  const names = new Set([...a.keys(), ...b.keys()]);
  return [...names].filter((name) => a.get(name) !== b.get(name)).sort();
}

if (isMain(import.meta.url)) {
  const again = mkdtempSync(join(tmpdir(), 'memo-bert-build-'));
  try {
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    sh(process.execPath, [vite, 'build', '--outDir', again, '--emptyOutDir', '--logLevel', 'error']);
    const [first, second] = [hashesOf(join(root, 'dist')), hashesOf(again)];
    const others = differing(first, second);
    if (others.length > 0) {
      console.error(`Not the same in a second build: ${others.join(', ')}`);
      process.exitCode = 1;
    } else console.log(`${first.size} files, the same in both builds`);
  } finally {
    rmSync(again, { recursive: true, force: true });
  }
}
