/**
 * `docs/elements-api.md` and `docs/headless-api.md` from the code: `npm run api` writes them, `--check` compares and fails.
 * Needs `npm run package` before.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { elementsReference } from './api/elements.mjs';
import { headlessReference } from './api/headless.mjs';
import { root } from './setup.mjs';

const manifest = JSON.parse(readFileSync(join(root, 'lib', 'custom-elements.json'), 'utf8'));
const pages = {
  'elements-api.md': elementsReference(manifest),
  'headless-api.md': await headlessReference(root),
};
for (const [name, text] of Object.entries(pages)) {
  const path = join(root, 'docs', name);
  const made = await format(text, { ...(await resolveConfig(path)), filepath: path });
  if (!process.argv.includes('--check')) writeFileSync(path, made);
  else if (readFileSync(path, 'utf8') !== made) {
    console.error(`docs/${name} is not what the code says: npm run package && npm run api, and commit it.`);
    process.exitCode = 1;
  }
}
