/** The element through webpack and no settings but where to, as `node webpack.mjs FOLDER`: nothing is missing, unclear or left for the browser to miss. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import webpack from 'webpack';

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
for (const name of readdirSync(path).filter((file) => file.endsWith('.js')))
  if (/webpackEmpty\w*Context/.test(readFileSync(join(path, name), 'utf8')))
    throw new Error(`${name} has an address that webpack could not read`);
writeFileSync(
  join(path, 'index.html'),
  `<!doctype html><html lang="en"><meta charset="utf-8" /><title>webpack</title><script defer src="main.js"></script>
<memo-bert device="wasm" bundle="../models/small/manifest.json" asset-base="../generated/"></memo-bert></html>\n`,
);
