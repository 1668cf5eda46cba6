/**
 * `node scripts/audit.mjs`: known weaknesses of all packages in the lock, by `npm audit`. Fails on one that is not explained here. A
 * registry without an advisory service (one that mirrors packages alone) gives no answer: that is said, and is no result either way.
 */

import { spawnSync } from 'node:child_process';
import { isMain } from './main.mjs';
import { npm } from './npm.mjs';
import { root } from './setup.mjs';

/**
 * Advisory (GHSA-...) -> why it does not touch what is shipped; SECURITY.md repeats it.
 * @type {Readonly<Record<string, string>>}
 */
export const EXPLAINED = {};

/**
 * @param {string} text what `npm audit --json` wrote
 * @param {Readonly<Record<string, string>>} [explained]
 * @returns {{ answered: boolean, said: string, open: string[] }} `open`: weaknesses that nobody has explained
 */
export function verdict(text, explained = EXPLAINED) {
  const report = parsed(text);
  if (typeof report?.vulnerabilities !== 'object' || report.vulnerabilities === null)
    return { answered: false, said: report?.message ?? 'no report', open: [] };
  const advisories = Object.values(report.vulnerabilities).flatMap(({ via }) =>
    // a name alone is a package that has it from another, which is listed by itself
    via.filter((each) => typeof each === 'object'),
  );
  const found = new Map(
    advisories.map((each) => [
      /GHSA-[\w-]+/.exec(each.url)?.[0] ?? String(each.source),
      `${each.name}: ${each.title} (${each.severity}, ${each.url})`,
    ]),
  );
  const open = [...found].filter(([id]) => explained[id] === undefined).map(([, said]) => said);
  return { answered: true, said: `${found.size} known weaknesses, ${open.length} not explained`, open };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

if (isMain(import.meta.url)) {
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 1e8 };
  const { stdout } = spawnSync(...npm(['audit', '--json']), options);
  const { answered, said, open } = verdict(stdout ?? '');
  if (answered) console.log(said);
  else console.log(`The registry answers no audit (${said}): neither clean nor not.`);
  for (const each of open) console.error(each);
  if (open.length > 0) process.exitCode = 1;
}
