/** What is promised of licences and of the law, where each reader meets it: the page, the README, the weights, the checklist. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string) =>
  readFileSync(path, 'utf8')
    .replaceAll(/&nbsp;|\s+/g, ' ')
    .replaceAll('**', '');
/** Of https://www.apache.org/licenses/LICENSE-2.0.txt. */
const APACHE_2 = 'cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30';

describe('uses that Art. 5(1)(f) of the EU AI Act forbids', () => {
  it.each([
    ['public/models/small/LICENCE.md', /not use .* at the workplace or in education .*Art\. 5\(1\)\(f\)/],
    ['README.md', /workplace or in education is forbidden by its Art\. 5\(1\)\(f\)/],
    ['index.html', /Not for work or education.*Art\. 5\(1\)\(f\)/],
    ['src/app/strings/ko.ts', /직장과 교육 기관에서는 쓸 수 없습니다.*제5조 제1항 \(f\)/],
    ['docs/embedding-checklist.md', /workplace and not in education.*Art\. 5\(1\)\(f\)/],
  ])('are named in %s', (path, wanted) => {
    expect(read(path)).toMatch(wanted);
  });
});

describe('licences', () => {
  it('of the code is Apache-2.0 to the letter: the uses are the weights’ alone', () => {
    expect(createHash('sha256').update(readFileSync('LICENSE')).digest('hex')).toBe(APACHE_2);
    expect(JSON.parse(readFileSync('package.json', 'utf8'))).toMatchObject({ license: 'Apache-2.0' });
  });

  it('of the weights is named in their manifest', () => {
    const manifest = JSON.parse(readFileSync('public/models/small/manifest.json', 'utf8')) as {
      licence: unknown;
    };
    expect(manifest.licence).toBe('non-commercial research; see LICENCE.md');
  });
});
