/** Module ids, which Vite writes with slashes on every system, beside paths, which Windows writes with backslashes. */

import { realpathSync } from 'node:fs';

/** @param {string} path */
export const slashed = (path) => path.replaceAll('\\', '/');

function real(path, follow) {
  try {
    return follow(path);
  } catch {
    return path;
  }
}

/**
 * What the id of a file may be: a folder may be reached through a link, and Windows may write a drive's letter either way.
 *
 * @param {string} path
 * @returns {string[]} each once, as it is given first
 */
export function idsOf(path) {
  return [...new Set([path, real(path, realpathSync), real(path, realpathSync.native)].map(slashed))];
}

/**
 * @param {string} root the project's folder, which may itself lie in one named `src`
 * @returns {(id: string) => boolean} whether a module is one of the project's own `src`
 */
export function inSourcesOf(root) {
  const folders = idsOf(root).map((folder) => `${folder.replace(/\/$/, '')}/src/`);
  return (id) => folders.some((folder) => slashed(id).startsWith(folder));
}
