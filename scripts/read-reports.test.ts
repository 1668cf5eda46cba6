import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { casesTried, readPlaywright, readVitest } from './read-reports.mjs';

const folder = mkdtempSync(join(tmpdir(), 'memo-cases-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('adds up what the properties that passed have tried', () => {
  const report = join(folder, 'vitest.json');
  const test = (status: string, fuzzCases?: number) => ({
    status,
    meta: fuzzCases === undefined ? {} : { fuzzCases },
  });
  const testResults = [
    { assertionResults: [test('passed', 300), test('failed', 17), test('passed')] },
    { assertionResults: [test('passed', 41)] },
  ];
  writeFileSync(report, JSON.stringify({ testResults }));
  expect(casesTried(report)).toBe(341);
});

it('is nothing where there is no report', () => {
  expect(casesTried(join(folder, 'none.json'))).toBe(0);
});

it('names what Vitest saw fail, a file that could not be read too', () => {
  const test = (fullName: string, status: string) => ({
    fullName,
    status,
    failureMessages: status === 'failed' ? ['Error: 3, not\n  4\n    at a.test.ts:7:1\n    at b.ts:1:1'] : [],
  });
  const report = {
    numPassedTests: 2,
    testResults: [
      {
        name: 'a.test.ts',
        status: 'failed',
        assertionResults: [test('adds', 'passed'), test('takes away', 'failed')],
      },
      { name: 'b.test.ts', status: 'failed', assertionResults: [] },
      { name: 'c.test.ts', status: 'passed', assertionResults: [test('waits', 'passed')] },
    ],
  };
  expect(readVitest(report)).toEqual({
    passed: 2,
    failures: ['a.test.ts › takes away: Error: 3, not 4', 'b.test.ts'],
    flaky: [],
  });
});

it('names what Playwright saw fail, and what passed only when tried again', () => {
  const red = '\u001B[31m';
  const failed = {
    error: { message: `Error: ${red}none\n\n  of ${'them '.repeat(100)}`, location: { line: 9 } },
  };
  const results = (status: string) => (status === 'expected' ? [{}] : [failed, { error: undefined }]);
  const spec = (title: string, status: string) => ({ title, tests: [{ status, results: results(status) }] });
  const report = {
    errors: [{ message: 'the server did not start\nas it should' }],
    suites: [
      {
        title: 'page.e2e.ts',
        specs: [spec('opens', 'expected'), spec('closes', 'unexpected'), spec('waits', 'skipped')],
        suites: [{ title: 'on a phone', specs: [spec('opens', 'flaky')] }],
      },
    ],
  };
  const told = `${`Error: none of ${'them '.repeat(100)}`.slice(0, 300)} … (line 9)`;
  expect(readPlaywright(report)).toEqual({
    passed: 2,
    failures: ['the server did not start', `page.e2e.ts › closes: ${told}`],
    flaky: [`page.e2e.ts › on a phone › opens: ${told}`],
  });
});
