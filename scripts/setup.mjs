/** What both commands of the README need first: the npm packages, installed once and again when the lock file changes. */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHash } from 'node:crypto';
import { npm } from './npm.mjs';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Runs a command in the project's root with its output shown; throws when it fails. */
export function sh(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
}

/** What a tool takes for a part of an address, in the name of a folder: Vite cannot build there, Vitest finds no package. */
const MARKS = { Vite: /[#?]/, Vitest: /[#?%]/ };

/**
 * @param {string} folder
 * @param {keyof typeof MARKS} [tool]
 * @throws {Error} where it cannot work
 */
export function checkFolder(folder, tool = 'Vite') {
  const [mark] = MARKS[tool].exec(folder) ?? [];
  if (mark !== undefined)
    throw new Error(`${tool} cannot work in a folder with "${mark}" in its name: rename or move ${folder}`);
}

/** Installs the packages of package-lock.json unless that very file is what is installed. */
export function installPackages() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  // as Vite asks for
  if (major < 20 || (major === 20 && minor < 19) || (major === 22 && minor < 12)) {
    throw new Error(
      `Node ${process.versions.node} is too old: install Node 20.19, 22.12 or later and run this again.`,
    );
  }
  checkFolder(root);
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.memo-bert-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Installing the npm packages …');
  sh(...npm(['ci', '--no-audit', '--no-fund']));
  writeFileSync(stamp, wanted);
}
