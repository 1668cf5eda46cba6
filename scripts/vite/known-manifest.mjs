/**
 * The manifest that comes with a build is checked by the build, which stops at what is wrong there: in the page its hash is enough, and the
 * check's script is fetched for other bundles alone. `KNOWN_MANIFEST` is that hash; while developing it is of none, so each load checks.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runnerImport } from 'vite';

/**
 * @param {{ root: string, file?: string }} options
 * @returns {import('vite').Plugin}
 */
export function knownManifest({ root, file = join(root, 'public', 'models', 'small', 'manifest.json') }) {
  const bytes = readFileSync(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  let known = '';
  return {
    name: 'memo-known-manifest',
    config(_config, { command }) {
      known = command === 'build' ? sha256 : '';
      return { define: { KNOWN_MANIFEST: JSON.stringify(known) } };
    },
    async buildStart() {
      if (known === '') return;
      const { module } = await runnerImport(join(root, 'src', 'runtime', 'manifest-check.ts'));
      module.checkManifest(JSON.parse(bytes.toString()));
    },
  };
}
