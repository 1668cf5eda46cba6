/** docs/reliability.md promises a test for each fault: it is there, by its name. */

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  LEAST_BRIGHTNESS,
  LEAST_CERTAINTY,
  LEAST_CONTRAST,
  MOST_BRIGHTNESS,
  MOST_CLIPPED,
} from '../src/memobert/reliability';

const page = readFileSync('docs/reliability.md', 'utf8');
const [faults = ''] = page.split('The rule behind');
const [, badInput = ''] = page.split('## Bad input');
const rows = [faults, badInput].flatMap(tableOf);

function tableOf(text: string): { fault: string; file: string; title: string }[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => {
      const cells = line.split(' | ').map((cell) => cell.replaceAll(/^\||\|$/g, '').trim());
      const [, file = '', title = ''] = /`([^`]+)` “(.+)”/.exec(cells[3] ?? '') ?? [];
      return { fault: cells[0] ?? '', file, title };
    });
}

describe('docs/reliability.md', () => {
  it('has a row for every fault and every bad input', () => {
    expect(rows.length).toBeGreaterThanOrEqual(40);
  });

  it.each(rows)('$fault: its test is there', ({ file, title }) => {
    expect(existsSync(file)).toBe(true);
    // by its title, as it is written, in quotes of any kind
    const source = readFileSync(file, 'utf8');
    const titled = ["'", '"', '`'].some((quote) => source.includes(`${quote}${title}${quote}`));
    expect(titled, `${file} has no test "${title}"`).toBe(true);
  });

  it('names the thresholds that hold', () => {
    const withSeven = 1 / 7 + LEAST_CERTAINTY * (1 - 1 / 7);
    expect(page).toContain(`a probability of ${withSeven.toFixed(1)}`);
    expect(page).toContain(`below ${LEAST_CERTAINTY} of the way`);
    expect(page).toContain(
      `below ${LEAST_CONTRAST}, or a mean below ${LEAST_BRIGHTNESS} or above ${MOST_BRIGHTNESS}`,
    );
    expect(page).toContain(`over ${MOST_CLIPPED * 100} % of the audible`);
  });
});

describe.each(['SECURITY.md', 'docs/embedding-checklist.md'])('%s', (name) => {
  it('names files that are there', () => {
    const text = readFileSync(name, 'utf8');
    const files = [...text.matchAll(/`((?:src|tests|scripts)\/[\w./-]+\.(?:ts|mjs))`/g)].map(
      ([, file = '']) => file,
    );
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(existsSync(file), file).toBe(true);
  });
});
