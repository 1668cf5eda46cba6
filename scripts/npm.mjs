/** How npm is begun on every system: as a script of Node's own, so that no shell reads folders with spaces. */

import { existsSync } from 'node:fs';
import { posix, win32 } from 'node:path';

/**
 * @typedef {object} System
 * @property {NodeJS.Platform} platform
 * @property {string} execPath Node's own
 * @property {Readonly<Record<string, string | undefined>>} env
 */

/**
 * @param {readonly string[]} args
 * @param {System} [system]
 * @param {(path: string) => boolean} [exists]
 * @returns {[command: string, args: string[]]} for `spawn`, without a shell
 */
export function npm(args, { platform, execPath, env } = process, exists = existsSync) {
  const { dirname, join } = platform === 'win32' ? win32 : posix;
  // of the npm that runs us, where one does and not another like it; else of the one beside Node
  const beside = join(dirname(execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js');
  const script = [env['npm_execpath'] ?? '', platform === 'win32' ? beside : ''].find(
    (path) => /[\\/]npm-cli\.js$/.test(path) && exists(path),
  );
  if (script !== undefined) return [execPath, [script, ...args]];
  if (platform === 'win32') throw new Error(`No npm was found beside ${execPath}: run this by npm itself.`);
  return ['npm', [...args]];
}
