/** A tag found in the inspector leads to its file: `memo-bars.ts` holds the class `MemoBars` and the tag `memo-bars`. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('./', import.meta.url);
const files = readdirSync(folder).filter((name) => /^memo-[a-z]+\.ts$/.test(name));
const index = readFileSync(new URL('index.ts', folder), 'utf8');

describe('elements', () => {
  it.each(files)('%s', (file) => {
    const tag = file.replace('.ts', '');
    const name = tag.replace(/(^|-)(\w)/g, (_all, _dash, letter: string) => letter.toUpperCase());
    const source = readFileSync(new URL(file, folder), 'utf8');
    expect(source).toMatch(new RegExp(`@customElement\\('${tag}'\\)\nexport class ${name}\\s`));
    expect(source).toContain(`'${tag}': ${name};`);
    expect(index).toContain(`from './${tag}'`);
  });

  it('are all there', () => {
    expect(files.length).toBeGreaterThanOrEqual(12);
  });
});
