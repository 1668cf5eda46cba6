/**
 * `npm test`: sets up what is missing, then checks everything in the order in which failures are cheapest:
 * format and lint, types, logic in Node, the build, the built page in a real browser. Counts are kept for CI.
 */

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkFolder, installPackages, root } from './setup.mjs';

checkFolder(root, 'Vitest');
installPackages();
const { findBrowser } = await import('./find-browser.mjs');
const { casesTried, LEAST_CASES, readPlaywright, readVitest } = await import('./read-reports.mjs');
const browser = findBrowser();
console.log(`Browser: ${browser}`);

const results = join(root, 'test-results');
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
const env = { ...process.env, CHROMIUM_PATH: browser };
const bin = (name) => join(root, 'node_modules', ...name);
const counts = { passed: 0, failed: 0 };
/** What failed, to be told again at the end, where a long log is read first. */
const failures = [];
const flaky = [];

function count(name, passed) {
  counts[passed ? 'passed' : 'failed'] += 1;
  if (!passed) failures.push(name);
  return passed;
}

/** One check that is passed or failed as a whole; what it prints comes in one piece as it ends, for others may go on beside it. */
async function check(name, ...args) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env });
  const printed = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (some) => printed.push(some));
  const status = await new Promise((resolve) => {
    child.on('error', (error) => printed.push(Buffer.from(`${error.message}\n`)));
    child.on('close', resolve);
  });
  process.stdout.write(`\n— ${name}\n${Buffer.concat(printed).toString()}`);
  return count(name, status === 0);
}

/** A runner that writes a JSON report of its own; `read` turns that into counts. */
function suite(name, report, read, ...args) {
  console.log(`\n— ${name}`);
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env });
  const found = { passed: 0, failures: [], flaky: [] };
  try {
    Object.assign(found, read(JSON.parse(readFileSync(join(results, report), 'utf8'))));
  } catch {
    console.error(`${name} wrote no report`);
  }
  // a runner that broke off without a failed test has failed all the same
  if (found.failures.length === 0 && (status !== 0 || found.passed === 0)) {
    found.failures.push(status === 0 ? 'no test ran' : `the runner ended with ${status}`);
  }
  counts.passed += found.passed;
  counts.failed += found.failures.length;
  failures.push(...found.failures.map((what) => `${name}: ${what}`));
  flaky.push(...found.flaky.map((what) => `${name}: ${what}`));
}

const types = (config) =>
  check(`types of ${config}`, bin(['typescript', 'bin', 'tsc']), '--noEmit', '-p', config);
// two at a time, for two cores
await Promise.all([
  (async () => {
    await check('lint', bin(['eslint', 'bin', 'eslint.js']), '.');
    await types('tsconfig.node.json');
    await types('training/browser_path/tsconfig.json');
  })(),
  (async () => {
    await check('format', bin(['prettier', 'bin', 'prettier.cjs']), '--check', '.');
    await types('tsconfig.json');
    await types('tsconfig.worker.json');
  })(),
]);
suite(
  'logic in Node',
  'vitest.json',
  readVitest,
  bin(['vitest', 'vitest.mjs']),
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${join(results, 'vitest.json')}`,
);
const tried = casesTried(join(results, 'vitest.json'));
console.log(`\n— ${tried} made-up inputs were tried, at least ${LEAST_CASES} are to be`);
count('made-up inputs', tried >= LEAST_CASES);
if (await check('build', bin(['vite', 'bin', 'vite.js']), 'build')) {
  // before the examples are put beside it
  await check('a second build, byte for byte', join(root, 'scripts', 'build-again.mjs'));
  // in real time, so alone: what starves it would be missing of the clips
  await check('the actor, recorded', join(root, 'scripts', 'record-actor.mjs'));
  await Promise.all([
    check('sizes', join(root, 'scripts', 'sizes.mjs'), '--check'),
    (async () => {
      if (!(await check('package', join(root, 'scripts', 'test-package.mjs')))) return;
      await check('reference', join(root, 'scripts', 'api.mjs'), '--check');
      await check('examples', bin(['vite', 'bin', 'vite.js']), 'build', '-c', 'vite.examples.config.ts');
    })(),
  ]);
  await check(
    'soak, its short form',
    join(root, 'scripts', 'soak.mjs'),
    '--minutes',
    '1',
    '--out',
    'test-results/soak',
  );
  for (const [name, project, workers] of [
    ['the built page in Chromium, without a model', 'light', 2],
    ['the built page in Chromium, with one', 'models', 1],
  ]) {
    env.MEMO_TEST_REPORT = `playwright-${project}`;
    suite(
      name,
      `${env.MEMO_TEST_REPORT}.json`,
      readPlaywright,
      bin(['@playwright', 'test', 'cli.js']),
      ...['test', '--project', project, '--workers', String(workers)],
    );
  }
}
writeFileSync(join(results, 'counts.json'), JSON.stringify({ ...counts, failures, flaky }));
for (const what of flaky) console.log(`flaky: ${what}`);
for (const what of failures) console.log(`failure: ${what}`);
console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed > 0 ? 1 : 0;
