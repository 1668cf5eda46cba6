import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { listEngineFiles } from './list-engine-files.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));

it('what is in git are the files of the installed packages', async () => {
  const written: unknown = JSON.parse(await readFile(`${root}src/runtime/engine-files.json`, 'utf8'));
  expect(written).toEqual(await listEngineFiles({ root }));
});
