/** The element through webpack and no settings but where to, as `node webpack.mjs FOLDER`: nothing is missing, unclear or left for the browser to miss, and no script of ours tells where it was built. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import webpack from 'webpack';

/** What webpack makes of a bare `import.meta.url`; ONNX Runtime and transformers.js look for themselves by theirs. */
const BUILT_IN = /file:\/\/\/[^"']*\/lib\/(?!chunks\/(?:ort|transformers)\.)[\w./-]+/;

const path = resolve(process.argv[2]);
const stats = await promisify(webpack)({
  mode: 'production',
  entry: 'memo-bert/elements',
  output: { path },
  // of Lit and of our scripts as they are, whose size is nobody's business here
  optimization: { minimize: false },
  performance: false,
});
if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString('errors-warnings'));
for (const name of readdirSync(path).filter((file) => file.endsWith('.js'))) {
  const code = readFileSync(join(path, name), 'utf8');
  if (/webpackEmpty\w*Context/.test(code))
    throw new Error(`${name} has an address that webpack could not read`);
  const told = BUILT_IN.exec(code);
  if (told !== null) throw new Error(`${name} tells where it was built: ${told[0]}`);
}
writeFileSync(
  join(path, 'index.html'),
  `<!doctype html><html lang="en"><meta charset="utf-8" /><title>webpack</title><script defer src="main.js"></script>
<memo-bert device="wasm" bundle="../models/small/manifest.json" asset-base="../generated/"></memo-bert></html>\n`,
);
