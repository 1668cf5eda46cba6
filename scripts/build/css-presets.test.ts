import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { cssPresets } from './css-presets.mjs';

const folder = mkdtempSync(join(tmpdir(), 'memo-css-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('a CSS variable is by itself what the first place that reads it falls back to', () => {
  const looks = {
    'a.ts': '--_ink: var(--memo-ink, light-dark(#111, var(--other, #eee)));\n padding: var(--memo-pad, 1rem)',
    'b.ts':
      "font: var(\n  --memo-font,\n  'One',\n  serif\n); @media { padding: var(--memo-pad, 2rem) } var(--memo-bare)",
    'b.test.ts': 'var(--memo-tested, 1px)',
  };
  for (const [name, text] of Object.entries(looks)) writeFileSync(join(folder, name), text);
  expect([...cssPresets(folder)]).toEqual([
    ['--memo-ink', 'light-dark(#111, var(--other, #eee))'],
    ['--memo-pad', '1rem'],
    ['--memo-font', "'One', serif"],
  ]);
});
