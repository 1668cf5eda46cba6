import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { isMain } from './main.mjs';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'memo-main-')));
afterAll(() => rmSync(folder, { recursive: true }));
const url = pathToFileURL(resolve('scripts/sizes.mjs')).href;

it('is the one that was named, by a relative path or through a link too', () => {
  symlinkSync(resolve('scripts'), join(folder, 'here'), 'junction');
  for (const named of [resolve('scripts/sizes.mjs'), 'scripts/sizes.mjs', join(folder, 'here', 'sizes.mjs')])
    expect(isMain(url, named)).toBe(true);
});

it.each(['scripts/audit.mjs', 'scripts/gone.mjs'])('is not where %s was named', (named) => {
  expect(isMain(url, named)).toBe(false);
});

it('is none where Node was given no script', () => {
  const [, given] = process.argv;
  process.argv.length = 1;
  try {
    expect(isMain(url)).toBe(false);
  } finally {
    process.argv[1] = given!;
  }
});
