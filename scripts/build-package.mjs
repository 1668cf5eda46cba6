/** `lib/`, the code and types of the npm package; what `npm pack` runs first. The models and `public/generated/` go along as they are. */

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { writeLicences } from './build/licences.mjs';
import { finishTypes } from './build/types.mjs';
import { prepareAssets } from './prepare-assets.mjs';
import { root, sh } from './setup.mjs';

const lib = join(root, 'lib');
const ENTRIES = [
  'index.d.ts',
  'elements/index.d.ts',
  ...['react', 'vue', 'svelte'].map((name) => `frameworks/${name}.d.ts`),
];

rmSync(lib, { recursive: true, force: true });
await prepareAssets({ root });
for (const mode of ['production', 'script']) {
  await build({ configFile: join(root, 'vite.package.config.ts'), mode, logLevel: 'warn' });
}
sh(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.package.json']);
const types = finishTypes(join(lib, 'types'), ENTRIES);
sh(process.execPath, [
  join(root, 'node_modules', '@custom-elements-manifest', 'analyzer', 'cem.js'),
  'analyze',
  '--quiet',
  '--config',
  'scripts/build/cem.config.mjs',
]);
writeLicences(root, join(lib, 'LICENCES.txt'));
// what a type-only entry is at run time
writeFileSync(join(lib, 'nothing.js'), 'export {};\n');
console.log(`${lib}: built, with ${types} files of types`);
