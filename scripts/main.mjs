/** Whether a script is what Node was told to run, or is imported by another. */

import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

function real(path) {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

/**
 * Node follows links to a script, and says in `process.argv` how it was named: on macOS `/tmp` is a link.
 *
 * @param {string} url the script's `import.meta.url`
 * @param {string | undefined} [named]
 */
export const isMain = (url, named = process.argv[1]) =>
  named !== undefined && real(named) === real(fileURLToPath(url));
