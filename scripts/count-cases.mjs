/** How many made-up inputs the properties of `src/testing/fuzz.ts` tried in a run of Vitest, from its JSON report. */

import { existsSync, readFileSync } from 'node:fs';

/** In every `npm test`. */
export const LEAST_CASES = 20_000;

/**
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
