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

/** What was promised to be injected, each in the words of its row. */
const INJECTED = [
  /GPU is lost, once/,
  /GPU is lost, twice within three minutes/,
  /GPU is lost while hidden/,
  /worker crashes$/,
  /worker hangs$/,
  /memory runs out/,
  /camera is unplugged/,
  /camera is taken by another program/,
  /camera .* or another comes/,
  /rotated/,
  /microphone is muted/,
  /sample rate changes/,
  /Bluetooth headset/,
  /hidden for an hour/,
  /laptop sleeps/,
  /network is lost during the first download/,
  /quota/,
  /two tabs listen/,
  /new version .* while it runs/,
  /malformed/,
  /golden vectors fail/,
];

describe('docs/reliability.md', () => {
  it.each(INJECTED)('has a row for %s', (fault) => {
    expect(rows.filter((row) => fault.test(row.fault.trim()))).not.toEqual([]);
  });

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
