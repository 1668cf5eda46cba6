/** What the JSON reports of Vitest and Playwright tell, for `npm test`. */

import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** In every `npm test`. */
export const LEAST_CASES = 20_000;

/** A log may be all that is left of a run: enough of the reason to tell what broke from a machine that stood still. */
const REASON_CHARACTERS = 300;

/** @typedef {{ passed: number, failures: string[], flaky: string[] }} Found `failures`, `flaky`: file, title and reason */

/**
 * @param {object} report what Vitest's `--reporter=json` wrote
 * @returns {Found} a file that could not be read at all is one failure
 */
export function readVitest(report) {
  const found = { passed: report.numPassedTests, failures: [], flaky: [] };
  for (const { name: path, status, assertionResults } of report.testResults) {
    const name = relative(process.cwd(), path);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    found.failures.push(
      ...failed.map(({ fullName, failureMessages }) => `${name} › ${fullName}${reason(failureMessages[0])}`),
    );
    if (status === 'failed' && failed.length === 0) found.failures.push(name);
  }
  return found;
}

/**
 * @param {object} report what Playwright's `json` reporter wrote
 * @returns {Found} one that passed when tried again is passed, and flaky; an error outside a test is a failure
 */
export function readPlaywright(report) {
  const found = { passed: 0, failures: report.errors.map(({ message }) => firstLine(message)), flaky: [] };
  const into = { unexpected: found.failures, flaky: found.flaky };
  const walk = (suite, above) => {
    for (const { title, tests } of suite.specs) {
      for (const { status, results } of tests) {
        if (status === 'expected' || status === 'flaky') found.passed += 1;
        const { message, location } = results.find(({ error }) => error !== undefined)?.error ?? {};
        const line = location === undefined ? '' : ` (line ${location.line})`;
        into[status]?.push(`${[...above, title].join(' › ')}${reason(message)}${line}`);
      }
    }
    for (const inner of suite.suites ?? []) walk(inner, [...above, inner.title]);
  };
  for (const file of report.suites) walk(file, [file.title]);
  return found;
}

/**
 * How many made-up inputs the properties of `src/testing/fuzz.ts` tried in a run of Vitest.
 *
 * @param {string} report path of what `--reporter=json` wrote; none counts as nothing tried
 * @returns {number} of the tests that passed
 */
export function casesTried(report) {
  if (!existsSync(report)) return 0;
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const passed = tests.filter(({ status }) => status === 'passed');
  return passed.reduce((sum, { meta }) => sum + (meta?.fuzzCases ?? 0), 0);
}

/** @param {string} [message] with its colours and its stack, on many lines */
function reason(message) {
  if (message === undefined) return '';
  const told = stripVTControlCharacters(message)
    .replace(/\n\s+at [^]*$/, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return `: ${told.length > REASON_CHARACTERS ? `${told.slice(0, REASON_CHARACTERS)} …` : told}`;
}

function firstLine(message = 'an error outside a test') {
  return message.split('\n', 1)[0];
}
