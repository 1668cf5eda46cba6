import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { differing, hashesOf } from './build-again.mjs';

it('finds what is missing, what is more and what is another, in folders too', () => {
  const [one, two] = [mkdtempSync(join(tmpdir(), 'one-')), mkdtempSync(join(tmpdir(), 'two-'))];
  for (const [folder, content] of [
    [one, 'x'],
    [two, 'y'],
  ] as const) {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'assets', 'a.js'), content);
    writeFileSync(join(folder, 'same.html'), 'same');
  }
  writeFileSync(join(one, 'gone.js'), '');
  writeFileSync(join(two, 'new.js'), '');
  expect(differing(hashesOf(one), hashesOf(one))).toEqual([]);
  expect(differing(hashesOf(one), hashesOf(two))).toEqual(['assets/a.js', 'gone.js', 'new.js']);
  for (const folder of [one, two]) rmSync(folder, { recursive: true });
});
