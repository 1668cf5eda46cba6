import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { finishTypes } from './types.mjs';

const folder = mkdtempSync(join(tmpdir(), 'memo-types-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function emitted(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

describe('the declarations that are shipped', () => {
  it('name files, not modules, and only those that an entry leads to', () => {
    emitted({
      'index.d.ts': `export * from './errors';\nexport type A = import("./events").A;\nimport { css } from 'lit';\n`,
      'errors.d.ts': `import './side';\n`,
      'side.d.ts': '',
      'events/index.d.ts': `export { A } from '../errors';\n`,
      'internal.d.ts': '',
    });
    expect(finishTypes(folder, ['index.d.ts'])).toBe(5);
    expect(readFileSync(join(folder, 'index.d.ts'), 'utf8')).toBe(
      `/// <reference path="platform.d.ts" />\nexport * from './errors.js';\nexport type A = import("./events/index.js").A;\nimport { css } from 'lit';\n`,
    );
    expect(readFileSync(join(folder, 'errors.d.ts'), 'utf8')).toBe(`import './side.js';\n`);
    expect(readFileSync(join(folder, 'platform.d.ts'), 'utf8')).toContain('interface GPUDevice {}\n');
    expect(existsSync(join(folder, 'internal.d.ts'))).toBe(false);
  });

  it('that are missing are told', () => {
    emitted({ 'index.d.ts': `export * from './gone';\n` });
    expect(() => finishTypes(folder, ['index.d.ts'])).toThrow(/gone is named and was not emitted/);
  });
});
