import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { describe, expect, it } from 'vitest';
import { knownManifest } from './known-manifest.mjs';

const root = process.cwd();
const SHIPPED = join(root, 'public', 'models', 'small', 'manifest.json');

/** What a script that holds the hash is built to; rejects as the build does. */
async function built(manifest: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'memo-manifest-'));
  try {
    const file = join(folder, 'manifest.json');
    writeFileSync(file, manifest);
    writeFileSync(join(folder, 'entry.js'), 'export const known = KNOWN_MANIFEST;');
    const output = await build({
      root: folder,
      configFile: false,
      logLevel: 'silent',
      plugins: [knownManifest({ root, file })],
      build: { write: false, lib: { entry: join(folder, 'entry.js'), formats: ['es'] } },
    });
    return JSON.stringify(output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the manifest that comes with a build', () => {
  it('is known by its hash', async () => {
    const bytes = readFileSync(SHIPPED);
    expect(await built(bytes.toString())).toContain(createHash('sha256').update(bytes).digest('hex'));
  });

  it('ends the build where a field is wrong, by its name', async () => {
    const manifest = JSON.parse(readFileSync(SHIPPED, 'utf8')) as Record<string, unknown>;
    await expect(built(JSON.stringify({ ...manifest, prompt: 'I am happy.' }))).rejects.toThrow('"prompt"');
  });
});
