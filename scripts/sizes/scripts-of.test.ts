import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { closure } from './scripts-of.mjs';

it('names the scripts that come with one by their addresses, with slashes on every system', () => {
  const dist = mkdtempSync(join(tmpdir(), 'memo-scripts-'));
  mkdirSync(join(dist, 'assets'));
  writeFileSync(join(dist, 'memo-bert.js'), "import { a } from './assets/a.js';\nexport { a };\n");
  writeFileSync(
    join(dist, 'assets', 'a.js'),
    "export * from './b.js';\nexport const a = import('./late.js');\n",
  );
  writeFileSync(join(dist, 'assets', 'b.js'), "import '../memo-bert.js';\n");
  expect([...closure(dist, 'memo-bert.js')]).toEqual(['memo-bert.js', 'assets/a.js', 'assets/b.js']);
  rmSync(dist, { recursive: true });
});
