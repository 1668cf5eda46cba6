/**
 * The sizes of what was built: `node scripts/sizes.mjs` writes `docs/sizes.md`, `--check` compares and fails.
 * Needs `npm run build` before.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { isMain } from './main.mjs';
import { root } from './setup.mjs';
import { groupsOf } from './sizes/groups.mjs';
import { lastingName, measurer } from './sizes/measure.mjs';
import { complaints, report } from './sizes/report.mjs';

/** Two files of one lasting name are told apart by their place among them: both workers are `worker-*.js`. */
function named(files) {
  const seen = new Map();
  return files.map((file) => {
    const name = lastingName(file);
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}

/** @returns {Promise<import('./sizes/report.mjs').Sized[]>} */
export async function measure(dist, cache) {
  const order = Object.keys((await import('./sizes/groups.mjs')).GROUPS);
  const { measure: sizesOf, keep } = measurer(cache);
  const files = [...groupsOf(dist)]
    .map(([file, group]) => ({ file, group, ...sizesOf(join(dist, file)) }))
    .toSorted(
      (a, b) =>
        order.indexOf(a.group) - order.indexOf(b.group) || b.raw - a.raw || (a.file < b.file ? -1 : 1),
    );
  keep();
  const names = named(files.map(({ file }) => file));
  return files.map((file, index) => ({ ...file, name: names[index] }));
}

if (isMain(import.meta.url)) {
  const sized = await measure(join(root, 'dist'), join(root, 'node_modules', '.cache', 'memo-sizes.json'));
  const path = join(root, 'docs', 'sizes.md');
  if (process.argv.includes('--check')) {
    const wrong = complaints(sized, readFileSync(path, 'utf8'));
    for (const line of wrong) console.error(line);
    if (wrong.length > 0)
      console.error('If that is as it should be: npm run build && npm run sizes, and commit docs/sizes.md.');
    process.exitCode = wrong.length > 0 ? 1 : 0;
  } else {
    const options = await resolveConfig(path);
    writeFileSync(path, await format(report(sized), { ...options, filepath: path }));
    console.log(path);
  }
}
