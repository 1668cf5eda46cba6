import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { casesTried } from './count-cases.mjs';

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
