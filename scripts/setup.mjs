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

/**
 * @param {string} version of Node
 * @throws {Error} on one that is not among `engines` of package.json, which are Vite's
 */
export function checkNode(version) {
  const [major, minor] = version.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19) || major === 21 || (major === 22 && minor < 12))
    throw new Error(
      `Vite does not run on Node ${version}: install the newest Node (or 20.19 and later of 20, 22.12 and later of 22) and run this again.`,
    );
}

/** Installs the packages of package-lock.json unless that very file is what is installed. */
export function installPackages() {
  checkNode(process.versions.node);
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
