import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXPLAINED, verdict } from './audit.mjs';

/** As `npm audit --json` of npm 10 writes it. */
const report = (vulnerabilities: object) => JSON.stringify({ auditReportVersion: 2, vulnerabilities });
const advisory = {
  ...{ source: 1, name: 'left-pad', title: 'Pads too far', severity: 'high' },
  url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
};
const WEAK = report({
  'left-pad': { name: 'left-pad', severity: 'high', via: [advisory] },
  pads: { name: 'pads', severity: 'high', via: ['left-pad', advisory] },
});

describe('an audit', () => {
  it('that finds nothing is clean', () => {
    expect(verdict(report({}))).toMatchObject({ answered: true, open: [] });
  });

  it('names each weakness once', () => {
    const { answered, open } = verdict(WEAK);
    expect(answered).toBe(true);
    expect(open).toEqual([expect.stringContaining('left-pad: Pads too far (high')]);
  });

  it('passes over what is explained', () => {
    expect(verdict(WEAK, { 'GHSA-aaaa-bbbb-cccc': 'not shipped' }).open).toEqual([]);
  });

  it.each(['{"message":"405 Method Not Allowed","statusCode":405}', '', 'null', '{"vulnerabilities":null}'])(
    'that is not answered is no result: %s',
    (text) => {
      expect(verdict(text)).toMatchObject({ answered: false, open: [] });
    },
  );

  it('explains in SECURITY.md what it passes over', () => {
    const text = readFileSync('SECURITY.md', 'utf8');
    expect(text).toContain('scripts/audit.mjs');
    for (const id of Object.keys(EXPLAINED)) expect(text).toContain(id);
  });
});
